import type { Change, Way } from './changes';
import { withPending } from './pending';
import type { SessionState } from './state';

const LENGTH = 200;

/** Note what a person did. */
export function withChange(state: SessionState, change: Change): SessionState {
  return { ...state, undo: [...state.undo, change].slice(-LENGTH), redo: [] };
}

/** Take the last change back, or make the last one that was taken back again. */
export function undoOrRedo(state: SessionState, way: Way): SessionState {
  const change = lastChange(state, way);
  if (!change) return state;
  const other = way === 'undo' ? 'redo' : 'undo';
  const moved = {
    ...state,
    [way]: state[way].slice(0, -1),
    [other]: [...state[other], change],
  };
  if (change.kind !== 'prompt') return moved;
  const set = way === 'undo' ? change.before : change.after;
  return { ...withPending(moved, change, set), selectedId: change.objectId };
}

/** It could not be done: it is in neither row any more. */
export function withoutChange(state: SessionState, change: Change): SessionState {
  const isOther = (one: Change) => one !== change;
  return { ...state, undo: state.undo.filter(isOther), redo: state.redo.filter(isOther) };
}

export function lastChange(state: SessionState, way: Way): Change | undefined {
  return state[way].at(-1);
}
