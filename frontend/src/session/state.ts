import type { ClassFields, ObjectFields, PropagationFields } from '../api/generated';
import type { Change } from './changes';
import { isEmpty, NO_PROMPTS, type PromptKey, type PromptSet, promptKey } from './prompts';

/** A prompt set that was sent. It is shown at once and dropped when the feed has come as far as `version`. */
export interface PendingPrompt {
  readonly objectId: number;
  readonly frameIdx: number;
  readonly set: PromptSet;
  readonly version: number | null; // null: not answered yet
}

export interface StoredPrompt {
  readonly objectId: number;
  readonly frameIdx: number;
  readonly set: PromptSet;
}

/** A session as this browser sees it, but for the masks, which live in the MaskStore. */
export interface SessionState {
  readonly version: number; // of the last delta
  readonly objects: ReadonlyMap<number, ObjectFields>; // in the order of the list
  readonly prompts: ReadonlyMap<PromptKey, StoredPrompt>; // as the server has them; none is empty
  readonly pending: ReadonlyMap<PromptKey, PendingPrompt>;
  readonly leaving: ReadonlySet<number>; // removed here, and the feed does not know yet
  readonly title: string; // empty: it goes by its video's
  readonly ontology: readonly ClassFields[];
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
  title: '',
  ontology: [],
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

/** Objects to show, in the order of the list. */
export function visibleObjects(state: SessionState): readonly ObjectFields[] {
  return [...state.objects.values()].filter((object) => !state.leaving.has(object.objectId));
}

/** Frames on which an object has prompts, pending ones included, in order. */
export function promptedFrames(state: SessionState, objectId: number): readonly number[] {
  const stored = storedFrames(state.prompts).get(objectId) ?? NO_FRAMES;
  const pending = [...state.pending.values()].filter((one) => one.objectId === objectId);
  if (pending.length === 0) return stored;
  const frames = new Set(stored);
  for (const { set, frameIdx } of pending) {
    if (isEmpty(set)) frames.delete(frameIdx);
    else frames.add(frameIdx);
  }
  return [...frames].sort((a, b) => a - b);
}

const NO_FRAMES: readonly number[] = [];
const framesOf = new WeakMap<SessionState['prompts'], ReadonlyMap<number, readonly number[]>>();

/** Each object's prompted frames, in order. The timeline asks with every drawing, so once for each map of prompts. */
function storedFrames(prompts: SessionState['prompts']): ReadonlyMap<number, readonly number[]> {
  const known = framesOf.get(prompts);
  if (known) return known;
  const found = new Map<number, number[]>();
  for (const { objectId, frameIdx } of prompts.values()) {
    const frames = found.get(objectId);
    if (frames) frames.push(frameIdx);
    else found.set(objectId, [frameIdx]);
  }
  for (const frames of found.values()) frames.sort((a, b) => a - b);
  framesOf.set(prompts, found);
  return found;
}

/** Frames on which any visible object has prompts, in order. */
export function allPromptedFrames(state: SessionState): number[] {
  const frames = visibleObjects(state).flatMap((object) => promptedFrames(state, object.objectId));
  return [...new Set(frames)].sort((a, b) => a - b);
}

/** Where a person said that the object is not there, in order. */
export function absentRanges(
  state: SessionState,
  objectId: number,
): readonly { readonly first: number; readonly last: number }[] {
  return state.objects.get(objectId)?.absent ?? [];
}

/** The tracked range that waits to be kept or dropped. */
export function openProposal(state: SessionState): PropagationFields | null {
  const { propagation } = state;
  const waits = propagation?.verdict === 'OPEN' && propagation.state !== 'RUNNING';
  return waits ? propagation : null;
}
