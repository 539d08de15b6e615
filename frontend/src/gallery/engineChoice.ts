import type { EngineFields } from '../api/generated';
import { keep, recall } from '../app/kept';
import { createStore } from '../app/store';

const KEY = 'masklet.engine';

/** The engine that the next opened video gets; null: the best one for this machine. */
export const engineChoice = createStore<string | null, string | null>((_, chosen) => {
  keep(KEY, chosen);
  return chosen;
}, recall(KEY));

/** What a choice means for the engines that are there: one that has gone falls back to the best. */
export function chosenEngine(
  engines: readonly EngineFields[],
  choice: string | null,
): EngineFields | undefined {
  const usable = engines.filter((engine) => engine.available);
  return usable.find((engine) => engine.id === choice) ?? usable[0];
}
