import type { EngineFields } from '../api/generated';
import { fromServer } from '../i18n/server/fromServer';

/** Engines that cannot be chosen for the same reason. */
export interface MissingGroup {
  readonly labels: string;
  readonly note: string;
}

/** Many engines wait for their weights alike: say it once, with the first of them as the example. */
export function missingEngines(engines: readonly EngineFields[]): MissingGroup[] {
  const groups = new Map<string, EngineFields[]>();
  for (const engine of engines) {
    if (engine.available) continue;
    const reason = engine.note.replaceAll(engine.id, '').replaceAll(engine.label, '');
    groups.set(reason, [...(groups.get(reason) ?? []), engine]);
  }
  return [...groups.values()].map((group) => ({
    labels: group.map((engine) => engine.label).join(', '),
    note: noteOf(group),
  }));
}

function noteOf([first, ...others]: readonly EngineFields[]): string {
  if (!first) return '';
  const note = fromServer(first.note);
  return others.length > 0 ? `${first.label}: ${note}` : note;
}
