import { keep, recall } from '../app/kept';
import type { Workspace } from '../app/workspace';
import type { Choice } from '../effects/choices';

/** What a tab was looking at in a session: what a reload, or the way back from another page, should find again. */
export interface TabPlace {
  readonly frame: number;
  readonly selectedId: number | null;
  readonly inFrame: number | null;
  readonly outFrame: number | null;
  readonly loops: boolean;
  readonly hidden: readonly number[];
  readonly solo: number | null;
  readonly background: Choice | null;
  readonly everyObject: Choice | null;
  readonly byObject: readonly (readonly [objectId: number, choice: Choice])[];
  readonly hasEffects: boolean;
}

/** Brings the tab back to where it was, and notes where it is when it goes. Returns the way to stop, which notes too. */
export function keepPlace(workspace: Workspace, search: string): () => void {
  const key = `masklet.place.${workspace.session.info.id}`;
  const place = readPlace(recall(key, 'sessionStorage'), workspace.session.info.video.numFrames);
  const leaveSelection = place ? restore(workspace, place, search) : () => {};
  const note = () => keep(key, JSON.stringify(placeOf(workspace)), 'sessionStorage');
  window.addEventListener('pagehide', note);
  return () => {
    note();
    window.removeEventListener('pagehide', note);
    leaveSelection();
  };
}

/** A kept place as far as it makes sense for a video of so many frames; null where there is none. */
export function readPlace(text: string | null, numFrames: number): TabPlace | null {
  let kept: unknown = null;
  try {
    kept = JSON.parse(text ?? 'null');
  } catch {
    // cut off
  }
  if (typeof kept !== 'object' || kept === null) return null;
  const found = kept as Partial<Record<keyof TabPlace, unknown>>;
  const frameOf = (value: unknown) => (isIndex(value) && value < numFrames ? value : null);
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  return {
    frame: frameOf(found.frame) ?? 0,
    selectedId: isIndex(found.selectedId) ? found.selectedId : null,
    inFrame: frameOf(found.inFrame),
    outFrame: frameOf(found.outFrame),
    loops: found.loops === true,
    hidden: list(found.hidden).filter(isIndex),
    solo: isIndex(found.solo) ? found.solo : null,
    background: isChoice(found.background) ? found.background : null,
    everyObject: isChoice(found.everyObject) ? found.everyObject : null,
    byObject: list(found.byObject).filter(isPair),
    hasEffects: found.hasEffects === true,
  };
}

function placeOf({ player, session, range, visibility, effects }: Workspace): TabPlace {
  const { selectedId } = session.store.get();
  const { hidden, solo } = visibility.get();
  const { background, everyObject, byObject, isOn } = effects.get();
  return {
    frame: player.target,
    selectedId,
    ...range.get(),
    hidden: [...hidden],
    solo,
    background,
    everyObject,
    byObject: [...byObject],
    hasEffects: isOn,
  };
}

/** Frame and object only where the page's address names no other. Returns the way to stop waiting for the object. */
function restore(workspace: Workspace, place: TabPlace, search: string): () => void {
  const { range, visibility, effects, player, session } = workspace;
  if (place.inFrame !== null) range.dispatch({ type: 'in', frameIdx: place.inFrame });
  if (place.outFrame !== null) range.dispatch({ type: 'out', frameIdx: place.outFrame });
  if (place.loops) range.dispatch({ type: 'loop', loops: true });
  for (const objectId of place.hidden) visibility.dispatch({ type: 'hide', objectId });
  if (place.solo !== null) visibility.dispatch({ type: 'solo', objectId: place.solo });
  if (place.background) effects.dispatch({ type: 'background', choice: place.background });
  if (place.everyObject)
    effects.dispatch({ type: 'object', objectId: null, choice: place.everyObject });
  for (const [objectId, choice] of place.byObject)
    effects.dispatch({ type: 'object', objectId, choice });
  effects.dispatch({ type: 'switch', isOn: place.hasEffects });
  if (new URLSearchParams(search).size > 0) return () => {};
  player.seek(place.frame);
  const { selectedId } = place;
  if (selectedId === null) return () => {};
  const leave = session.store.subscribe(() => {
    if (!session.store.get().objects.has(selectedId)) return;
    leave();
    workspace.commands.select(selectedId);
  });
  return leave;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isChoice(value: unknown): value is Choice {
  if (typeof value !== 'object' || value === null) return false;
  const { effectId, variant } = value as Partial<Choice>;
  return typeof effectId === 'string' && isIndex(variant);
}

function isPair(value: unknown): value is [number, Choice] {
  return Array.isArray(value) && isIndex(value[0]) && isChoice(value[1]);
}
