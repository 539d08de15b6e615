import type { Change, DescribeChange, PromptChange, Way } from './changes';
import { isInRanges } from './ranges';
import { promptedFrames, promptsOn, type SessionState } from './state';

type ServerChange = Exclude<Change, PromptChange>;

/** What a change is about, to tell which changes may be in each other's way. */
export function thingsOf(change: ServerChange): string[] {
  switch (change.kind) {
    case 'describe':
    case 'absent':
      return [`object/${change.objectId}`];
    case 'verify':
      return change.places.map(({ objectId, firstFrame }) => `verified/${objectId}/${firstFrame}`);
    case 'presence':
      return [...change.came, ...change.went].map((objectId) => `object/${objectId}`);
    default:
      return [change.kind];
  }
}

/** The same change made on what is there now: what it leads to is as it was meant, and undo leads back to now. */
export function changeAnew(state: SessionState, change: ServerChange, way: Way): ServerChange {
  const isBack = way === 'undo';
  switch (change.kind) {
    case 'describe': {
      const after = isBack ? change.before : change.after;
      return { ...change, before: fieldsNow(state, change, after), after };
    }
    case 'absent': {
      const after = isBack ? change.before : change.after;
      const { objectId } = change;
      const before = state.objects.get(objectId)?.absent ?? [];
      const cleared = promptedFrames(state, objectId)
        .filter((frameIdx) => isInRanges(after, frameIdx))
        .map((frameIdx) => ({ frameIdx, set: promptsOn(state, objectId, frameIdx) }));
      return { ...change, before, after, cleared };
    }
    case 'order':
      return {
        ...change,
        before: [...state.objects.keys()],
        after: isBack ? change.before : change.after,
      };
    case 'ontology':
      return { ...change, before: state.ontology, after: isBack ? change.before : change.after };
    case 'verdict': {
      const before = state.propagation?.verdict ?? change.before;
      return { ...change, before, after: isBack ? change.before : change.after };
    }
    case 'verify':
      return isBack ? { ...change, verified: !change.verified } : change;
    case 'presence':
      return isBack ? { ...change, came: change.went, went: change.came } : change;
  }
}

function fieldsNow(
  state: SessionState,
  { objectId, before }: DescribeChange,
  after: DescribeChange['after'],
): DescribeChange['before'] {
  const object = state.objects.get(objectId);
  if (!object) return before;
  const names = Object.keys(after) as (keyof DescribeChange['after'])[];
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
