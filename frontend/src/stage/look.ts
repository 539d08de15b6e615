import { keep, recall } from '../app/kept';
import { createStore, type Store } from '../app/store';

/** How the stage shows things: a matter of taste, kept by the browser and not by the session. */
export interface Look {
  readonly opacity: number; // of a mask's fill, 0..1
  readonly outlinePx: number; // of a mask's line, in CSS pixels; 0: none
  readonly colourBy: 'object' | 'class';
  readonly isSideBySide: boolean; // the plain source beside the masks
}

/** What is shown of which objects, for as long as the session is open. */
export interface Visibility {
  readonly hidden: ReadonlySet<number>;
  readonly solo: number | null; // only this object
}

export const DEFAULT_LOOK: Look = {
  opacity: 0.36,
  outlinePx: 1.5,
  colourBy: 'object',
  isSideBySide: false,
};

export const ALL_VISIBLE: Visibility = { hidden: new Set(), solo: null };

const KEY = 'masklet.look';

export type LookStore = Store<Look, Partial<Look>>;

export function lookStore(): LookStore {
  const store = createStore(
    (look: Look, change: Partial<Look>): Look => ({ ...look, ...change }),
    readLook(recall(KEY)),
  );
  store.subscribe(() => keep(KEY, JSON.stringify(store.get())));
  return store;
}

/** What was kept, as far as it makes sense. */
export function readLook(text: string | null): Look {
  const found = parsed(text);
  return {
    opacity: inRange(found.opacity, 0, 1) ?? DEFAULT_LOOK.opacity,
    outlinePx: inRange(found.outlinePx, 0, 6) ?? DEFAULT_LOOK.outlinePx,
    colourBy: found.colourBy === 'class' ? 'class' : 'object',
    isSideBySide: found.isSideBySide === true,
  };
}

export type VisibilityAction =
  | { type: 'hide'; objectId: number }
  | { type: 'solo'; objectId: number };

/** Each is a switch: the same again takes it back. */
export function reduceVisibility(state: Visibility, action: VisibilityAction): Visibility {
  const { objectId } = action;
  switch (action.type) {
    case 'hide':
      return { ...state, hidden: toggled(state.hidden, objectId) };
    case 'solo':
      return { ...state, solo: state.solo === objectId ? null : objectId };
  }
}

/** Those of the session's objects that are shown. An object that is gone cannot be the only one. */
export function shownOf(state: Visibility, objectIds: readonly number[]): readonly number[] {
  const { solo, hidden } = state;
  if (solo !== null && objectIds.includes(solo)) return [solo];
  return objectIds.filter((objectId) => !hidden.has(objectId));
}

function toggled(set: ReadonlySet<number>, item: number): ReadonlySet<number> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

function inRange(value: unknown, least: number, most: number): number | null {
  return typeof value === 'number' && value >= least && value <= most ? value : null;
}

function parsed(text: string | null): Partial<Record<keyof Look, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
