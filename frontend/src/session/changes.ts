import type {
  AttributeInput,
  ClassFields,
  FrameRangeInput,
  Verdict,
  VerifiedInput,
} from '../api/generated';
import type { PromptSet } from './prompts';
import { promptsOn, type SessionState } from './state';

/** Of one prompt set. */
export interface PromptChange {
  readonly kind: 'prompt';
  readonly objectId: number;
  readonly frameIdx: number;
  readonly before: PromptSet;
  readonly after: PromptSet;
}

/** What can be said of an object; only what is named changes. */
export interface Description {
  readonly name?: string;
  readonly colour?: string;
  readonly label?: string;
  readonly attributes?: readonly AttributeInput[];
  readonly locked?: boolean;
}

export interface DescribeChange {
  readonly kind: 'describe';
  readonly objectId: number;
  readonly before: Description;
  readonly after: Description;
}

/** `cleared`: prompts that stood where the object is now said to be absent. */
export interface AbsentChange {
  readonly kind: 'absent';
  readonly objectId: number;
  readonly before: readonly FrameRangeInput[];
  readonly after: readonly FrameRangeInput[];
  readonly cleared: readonly { readonly frameIdx: number; readonly set: PromptSet }[];
}

/** `places` hold no frame that was so already, so that the way back is exact. */
export interface VerifyChange {
  readonly kind: 'verify';
  readonly places: readonly VerifiedInput[];
  readonly verified: boolean;
}

/** Objects that came and went together: added, removed, merged, split. */
export interface PresenceChange {
  readonly kind: 'presence';
  readonly came: readonly number[];
  readonly went: readonly number[];
}

export interface OrderChange {
  readonly kind: 'order';
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export interface OntologyChange {
  readonly kind: 'ontology';
  readonly before: readonly ClassFields[];
  readonly after: readonly ClassFields[];
}

export interface VerdictChange {
  readonly kind: 'verdict';
  readonly propagationId: string;
  readonly before: Verdict;
  readonly after: Verdict;
}

/** Something that a person did and can take back. */
export type Change =
  | PromptChange
  | DescribeChange
  | AbsentChange
  | VerifyChange
  | PresenceChange
  | OrderChange
  | OntologyChange
  | VerdictChange;

export type Way = 'undo' | 'redo';

/** Would taking it back (or doing it again) overwrite what somebody else did since? */
export function isOvertaken(state: SessionState, change: Change, way: Way): boolean {
  const expected = way === 'undo' ? 'after' : 'before';
  switch (change.kind) {
    case 'prompt': {
      if (change.objectId >= 0 && !state.objects.has(change.objectId)) return true;
      return !isSame(promptsOn(state, change.objectId, change.frameIdx), change[expected]);
    }
    case 'describe': {
      const object = state.objects.get(change.objectId);
      if (!object) return true;
      const names = Object.keys(change[expected]) as (keyof Description)[];
      return names.some((name) => !isSame(object[name], change[expected][name]));
    }
    case 'absent':
      return !isSame(state.objects.get(change.objectId)?.absent, change[expected]);
    case 'presence': {
      const [here, gone] = way === 'undo' ? [change.came, change.went] : [change.went, change.came];
      return here.some((id) => !state.objects.has(id)) || gone.some((id) => state.objects.has(id));
    }
    case 'order':
      return !isSame([...state.objects.keys()], change[expected]);
    case 'ontology':
      return !isSame(state.ontology, change[expected]);
    case 'verdict':
      return (
        state.propagation?.id !== change.propagationId ||
        state.propagation.verdict !== change[expected]
      );
    case 'verify':
      return change.places.some((place) => !state.objects.has(place.objectId));
  }
}

/** The frame to show, so that what is taken back is never out of sight; null: any. */
export function frameOf(change: Change): number | null {
  switch (change.kind) {
    case 'prompt':
      return change.frameIdx;
    case 'absent':
      return change.after[0]?.first ?? change.before[0]?.first ?? null;
    case 'verify':
      return change.places[0]?.firstFrame ?? null;
    default:
      return null;
  }
}

/** Plain data, compared by what it holds. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
  if (keysA.length !== keysB.length) return false;
  return keysA.every((key) =>
    isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
