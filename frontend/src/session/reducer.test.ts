import { expect, test } from 'vitest';
import type { SessionDelta } from '../api/feed';
import type { ObjectFields, PropagationFields } from '../api/generated';
import { NO_REVIEW } from '../discussion/review.fixture';
import { NO_PROMPTS, type PromptSet, withPoint } from './prompts';
import { reduce, type SessionAction } from './reducer';
import {
  allPromptedFrames,
  EMPTY_SESSION,
  isPending,
  promptsOn,
  type SessionState,
  visibleObjects,
} from './state';

const object = (objectId: number, change: Partial<ObjectFields> = {}): ObjectFields => ({
  objectId,
  name: `Object ${objectId}`,
  colour: '#88ccff',
  removed: false,
  version: objectId,
  label: '',
  attributes: [],
  rank: objectId,
  locked: false,
  absent: [],
  assigneeId: null,
  review: NO_REVIEW,
  ...change,
});
const delta = (version: number, change: Partial<SessionDelta> = {}): SessionAction => ({
  type: 'delta',
  delta: {
    version,
    objects: [],
    prompts: [],
    masks: [],
    coverage: [],
    details: null,
    candidates: [],
    comments: [],
    presence: null,
    propagation: null,
    ...change,
  },
});
const row = (objectId: number, frameIdx: number, set: PromptSet) => ({
  objectId,
  frameIdx,
  points: set.points,
  box: set.box,
  mask: set.mask,
  version: 1,
});
const click = (x: number): PromptSet => withPoint(NO_PROMPTS, { x, y: 2, include: true });
const edit = (objectId: number, frameIdx: number, before: PromptSet, after: PromptSet) =>
  ({ type: 'edit', change: { kind: 'prompt', objectId, frameIdx, before, after } }) as const;

function after(...actions: SessionAction[]): SessionState {
  return actions.reduce(reduce, EMPTY_SESSION);
}

test('the feed brings objects and prompts, and takes them away', () => {
  const full = after(delta(2, { objects: [object(2), object(1)], prompts: [row(1, 5, click(3))] }));
  expect([...full.objects.keys()]).toEqual([1, 2]);
  expect(promptsOn(full, 1, 5).points).toHaveLength(1);
  const cleared = reduce(full, delta(3, { prompts: [row(1, 5, NO_PROMPTS)] }));
  expect(promptsOn(cleared, 1, 5)).toEqual(NO_PROMPTS);
  const removed = reduce(full, delta(3, { objects: [object(1, { removed: true, version: 3 })] }));
  expect([...removed.objects.keys()]).toEqual([2]);
  expect(removed.prompts.size).toBe(0);
});

test('an older row does not replace a newer one', () => {
  const state = after(
    { type: 'upsert', object: object(1, { name: 'Cup', version: 9 }) },
    delta(5, { objects: [object(1, { name: 'Old', version: 4 })] }),
  );
  expect(state.objects.get(1)?.name).toBe('Cup');
});

test('a click shows at once and stays until the feed has caught up with the answer', () => {
  const set = click(3);
  const sent = after(delta(1, { objects: [object(1)] }), edit(1, 0, NO_PROMPTS, set));
  expect(promptsOn(sent, 1, 0)).toBe(set);
  const answered = reduce(sent, { type: 'settle', objectId: 1, frameIdx: 0, set, version: 3 });
  expect(isPending(answered, 1, 0)).toBe(true);
  const stored = reduce(answered, delta(2, { prompts: [row(1, 0, set)] }));
  expect(isPending(stored, 1, 0)).toBe(true);
  const drawn = reduce(stored, delta(3));
  expect(isPending(drawn, 1, 0)).toBe(false);
  expect(promptsOn(drawn, 1, 0).points).toHaveLength(1);
});

test('an answer that comes after the feed ends the waiting too', () => {
  const set = click(3);
  const state = after(edit(1, 0, NO_PROMPTS, set), delta(3, { prompts: [row(1, 0, set)] }), {
    type: 'settle',
    objectId: 1,
    frameIdx: 0,
    set,
    version: 3,
  });
  expect(state.pending.size).toBe(0);
});

test('a refused click goes away, and cannot be undone', () => {
  const set = click(3);
  const state = after(edit(1, 0, NO_PROMPTS, set), {
    type: 'refuse',
    objectId: 1,
    frameIdx: 0,
    set,
  });
  expect(promptsOn(state, 1, 0)).toEqual(NO_PROMPTS);
  expect(state.undo).toHaveLength(0);
});

test('undo and redo walk through the prompt sets and select their object', () => {
  const [one, two] = [click(1), click(2)];
  const edited = after(
    delta(1, { objects: [object(1), object(2)] }),
    edit(1, 0, NO_PROMPTS, one),
    edit(1, 0, one, two),
    { type: 'select', objectId: 2 },
  );
  const undone = reduce(edited, { type: 'undo' });
  expect(promptsOn(undone, 1, 0)).toBe(one);
  expect(undone.selectedId).toBe(1);
  expect(promptsOn(reduce(undone, { type: 'redo' }), 1, 0)).toBe(two);
  const twice = reduce(undone, { type: 'undo' });
  expect(promptsOn(twice, 1, 0)).toEqual(NO_PROMPTS);
  expect(reduce(twice, { type: 'undo' })).toBe(twice);
});

test('a new change forgets what was undone', () => {
  const state = after(
    edit(1, 0, NO_PROMPTS, click(1)),
    { type: 'undo' },
    edit(1, 0, NO_PROMPTS, click(2)),
  );
  expect(state.redo).toHaveLength(0);
});

test('clicks on an object without a name yet move over to it', () => {
  const set = click(1);
  const state = after({ type: 'select', objectId: -1 }, edit(-1, 4, NO_PROMPTS, set), {
    type: 'created',
    draftId: -1,
    object: object(7),
  });
  expect(promptsOn(state, 7, 4)).toBe(set);
  expect(state.selectedId).toBe(7);
  expect(promptsOn(reduce(state, { type: 'undo' }), 7, 4)).toEqual(NO_PROMPTS);
});

test('an object that leaves may stay after all, and its neighbour is selected meanwhile', () => {
  const state = after(
    delta(1, {
      objects: [object(1), object(2)],
      prompts: [row(1, 3, click(1)), row(2, 8, click(1))],
    }),
    { type: 'select', objectId: 2 },
    { type: 'leave', objectId: 2 },
  );
  expect(visibleObjects(state).map((o) => o.objectId)).toEqual([1]);
  expect(allPromptedFrames(state)).toEqual([3]);
  expect(state.selectedId).toBe(1);
  const back = reduce(state, { type: 'stay', objectId: 2 });
  expect(visibleObjects(back).map((o) => o.objectId)).toEqual([1, 2]);
  expect(back.selectedId).toBe(2);
});

test('an older report of tracking does not replace a newer one', () => {
  const report = (framesDone: number, version: number): PropagationFields => ({
    id: 'p',
    state: 'RUNNING',
    framesDone,
    framesTotal: 9,
    error: null,
    pace: null,
    verdict: 'APPLIED' as const,
    version,
  });
  const state = after(delta(5, { propagation: report(4, 5) }), {
    type: 'propagation',
    propagation: report(0, 2),
  });
  expect(state.propagation?.framesDone).toBe(4);
});

test('objects are in the order of the list', () => {
  const state = after(
    delta(2, { objects: [object(1, { rank: 2 }), object(2, { rank: 1 }), object(3, { rank: 3 })] }),
  );
  expect(visibleObjects(state).map((o) => o.objectId)).toEqual([2, 1, 3]);
  const moved = reduce(state, delta(5, { objects: [object(2, { rank: 9, version: 5 })] }));
  expect(visibleObjects(moved).map((o) => o.objectId)).toEqual([1, 3, 2]);
});

test('title and classes come with the feed', () => {
  const ontology = [{ name: 'cup', colour: '#aabbcc', attributes: [] }];
  const state = after(delta(2, { details: { title: 'Take 2', ontology, version: 2 } }));
  expect([state.title, state.ontology]).toEqual(['Take 2', ontology]);
  expect(reduce(state, delta(3)).ontology).toBe(ontology);
});

test('what could not be done cannot be undone', () => {
  const change = { kind: 'presence', came: [4], went: [] } as const;
  const did = after({ type: 'did', change });
  expect(did.undo).toEqual([change]);
  expect(reduce(did, { type: 'couldNot', change }).undo).toEqual([]);
  const undone = reduce(did, { type: 'undo' });
  expect([undone.undo, undone.redo]).toEqual([[], [change]]);
});
