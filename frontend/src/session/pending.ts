import { type PromptSet, promptKey } from './prompts';
import type { PendingPrompt, SessionState } from './state';

/** Forget what the feed has brought by now. */
export function dropAnswered(state: SessionState): SessionState {
  const isOpen = ({ version }: PendingPrompt) => version === null || version > state.version;
  if ([...state.pending.values()].every(isOpen)) return state;
  return { ...state, pending: new Map([...state.pending].filter(([, prompt]) => isOpen(prompt))) };
}

/** Show `set` at once, until the server has answered and the feed has caught up. */
export function withPending(
  state: SessionState,
  { objectId, frameIdx }: { objectId: number; frameIdx: number },
  set: PromptSet,
): SessionState {
  const pending = new Map(state.pending);
  pending.set(promptKey(objectId, frameIdx), { objectId, frameIdx, set, version: null });
  return { ...state, pending };
}
