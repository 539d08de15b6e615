import type { ObjectFields, PropagationFields } from '../api/generated';
import { isEmpty, NO_PROMPTS, type PromptKey, type PromptSet, promptKey } from './prompts';

/** A prompt set that was sent. It is shown at once and dropped when the feed has come as far as `version`. */
export interface PendingPrompt {
  readonly objectId: number;
  readonly frameIdx: number;
  readonly set: PromptSet;
  readonly version: number | null; // null: not answered yet
}

/** A change of one prompt set, which can be taken back. */
export interface PromptChange {
  readonly kind: 'prompt';
  readonly objectId: number;
  readonly frameIdx: number;
  readonly before: PromptSet;
  readonly after: PromptSet;
}

/** The removal of an object, while it can be taken back. */
export interface Removal {
  readonly kind: 'removal';
  readonly objectId: number;
}

export type Change = PromptChange | Removal;

export interface StoredPrompt {
  readonly objectId: number;
  readonly frameIdx: number;
  readonly set: PromptSet;
}

/** A session as this browser sees it, but for the masks, which live in the MaskStore. */
export interface SessionState {
  readonly version: number; // of the last delta
  readonly objects: ReadonlyMap<number, ObjectFields>; // in order of id
  readonly prompts: ReadonlyMap<PromptKey, StoredPrompt>; // as the server has them; none is empty
  readonly pending: ReadonlyMap<PromptKey, PendingPrompt>;
  readonly leaving: ReadonlySet<number>; // removed here, not yet on the server
  readonly propagation: PropagationFields | null;
  /** Negative: an object that the server has not named yet. */
  readonly selectedId: number | null;
  readonly undo: readonly Change[];
  readonly redo: readonly Change[];
}

export const EMPTY_SESSION: SessionState = {
  version: 0,
  objects: new Map(),
  prompts: new Map(),
  pending: new Map(),
  leaving: new Set(),
  propagation: null,
  selectedId: null,
  undo: [],
  redo: [],
};

export const DRAFT_COLOUR = '#e8ecf1';

/** What an object's prompts on a frame look like to the user now. */
export function promptsOn(state: SessionState, objectId: number, frameIdx: number): PromptSet {
  const key = promptKey(objectId, frameIdx);
  return state.pending.get(key)?.set ?? state.prompts.get(key)?.set ?? NO_PROMPTS;
}

export function isPending(state: SessionState, objectId: number, frameIdx: number): boolean {
  return state.pending.has(promptKey(objectId, frameIdx));
}

export function colourOf(state: SessionState, objectId: number): string {
  return state.objects.get(objectId)?.colour ?? DRAFT_COLOUR;
}

/** Objects to show, in order of id. */
export function visibleObjects(state: SessionState): readonly ObjectFields[] {
  return [...state.objects.values()].filter((object) => !state.leaving.has(object.objectId));
}

/** Frames on which an object has prompts, pending ones included, in order. */
export function promptedFrames(state: SessionState, objectId: number): number[] {
  const frames = new Set<number>();
  for (const prompt of state.prompts.values()) {
    if (prompt.objectId === objectId) frames.add(prompt.frameIdx);
  }
  for (const pending of state.pending.values()) {
    if (pending.objectId !== objectId) continue;
    if (isEmpty(pending.set)) frames.delete(pending.frameIdx);
    else frames.add(pending.frameIdx);
  }
  return [...frames].sort((a, b) => a - b);
}

/** Frames on which any visible object has prompts, in order. */
export function allPromptedFrames(state: SessionState): number[] {
  const frames = visibleObjects(state).flatMap((object) => promptedFrames(state, object.objectId));
  return [...new Set(frames)].sort((a, b) => a - b);
}
