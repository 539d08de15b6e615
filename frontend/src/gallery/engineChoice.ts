import type { EngineFields } from '../api/generated';
import { createStore } from '../app/store';

const KEY = 'masklet.engine';

/** The engine that the next opened video gets; null: the best one for this machine. */
export const engineChoice = createStore<string | null, string | null>((_, chosen) => {
  try {
    if (chosen === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, chosen);
  } catch {
    // storage is switched off: the choice holds until the page is left
  }
  return chosen;
}, remembered());

/** What a choice means for the engines that are there: one that has gone falls back to the best. */
export function chosenEngine(
  engines: readonly EngineFields[],
  choice: string | null,
): EngineFields | undefined {
  const usable = engines.filter((engine) => engine.available);
  return usable.find((engine) => engine.id === choice) ?? usable[0];
}

function remembered(): string | null {
  try {
    return globalThis.localStorage?.getItem(KEY) ?? null;
  } catch {
    return null;
  }
}
