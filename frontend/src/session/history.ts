import { withPending } from './pending';
import type { Change, PromptChange, SessionState } from './state';

/** Take the last change back, or make the last one that was taken back again. */
export function undoOrRedo(state: SessionState, direction: 'undo' | 'redo'): SessionState {
  const change = lastChange(state, direction);
  if (!change) return state;
  const [from, to] =
    direction === 'undo' ? (['undo', 'redo'] as const) : (['redo', 'undo'] as const);
  const moved = { ...state, [from]: state[from].slice(0, -1) };
  if (change.kind === 'removal') return stay(moved, change.objectId);
  const set = direction === 'undo' ? change.before : change.after;
  return {
    ...withPending(moved, change, set),
    [to]: [...state[to], change],
    selectedId: change.objectId,
  };
}

export function lastChange(state: SessionState, direction: 'undo' | 'redo'): Change | undefined {
  return state[direction].at(-1);
}

/** The prompts that undoing (or redoing) a change brings back. */
export function targetOf(change: PromptChange, direction: 'undo' | 'redo') {
  return direction === 'undo' ? change.before : change.after;
}

function stay(state: SessionState, objectId: number): SessionState {
  const leaving = new Set(state.leaving);
  leaving.delete(objectId);
  return { ...state, leaving, selectedId: objectId };
}
