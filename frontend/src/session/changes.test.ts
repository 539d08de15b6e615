import { expect, test } from 'vitest';
import type { ObjectFields } from '../api/generated';
import { NO_REVIEW } from '../discussion/review.fixture';
import { type Change, isOvertaken } from './changes';
import { joined, toggledRange, withoutRange } from './ranges';
import { EMPTY_SESSION, type SessionState } from './state';

const OBJECT: ObjectFields = {
  objectId: 1,
  name: 'Cup',
  colour: '#88ccff',
  removed: false,
  version: 3,
  label: 'cup',
  attributes: [{ name: 'full', value: 'true' }],
  rank: 1,
  locked: false,
  absent: [{ first: 3, last: 5 }],
  assigneeId: null,
  review: NO_REVIEW,
};
const state: SessionState = { ...EMPTY_SESSION, version: 9, objects: new Map([[1, OBJECT]]) };

const untouched: [string, Change][] = [
  ['a name', { kind: 'describe', objectId: 1, before: { name: 'X' }, after: { name: 'Cup' } }],
  [
    'attributes',
    {
      kind: 'describe',
      objectId: 1,
      before: { attributes: [] },
      after: { attributes: [{ name: 'full', value: 'true' }] },
    },
  ],
  [
    'absence',
    { kind: 'absent', objectId: 1, before: [], after: [{ first: 3, last: 5 }], cleared: [] },
  ],
  ['a merge', { kind: 'presence', came: [1], went: [2, 3] }],
  ['an order', { kind: 'order', before: [], after: [1] }],
];

test.each(untouched)('%s can be taken back while nobody has changed it', (_, change) => {
  expect(isOvertaken(state, change, 'undo')).toBe(false);
  expect(isOvertaken(state, change, 'redo')).toBe(true);
});

const overtaken: [string, Change][] = [
  ['a name', { kind: 'describe', objectId: 1, before: { name: 'X' }, after: { name: 'Mug' } }],
  ['an object that went', { kind: 'describe', objectId: 7, before: {}, after: {} }],
  ['absence', { kind: 'absent', objectId: 1, before: [], after: [], cleared: [] }],
  ['a merge of which one is back', { kind: 'presence', came: [], went: [1] }],
  ['a verdict', { kind: 'verdict', propagationId: 'p', before: 'OPEN', after: 'APPLIED' }],
];

test.each(overtaken)('%s is not taken back over the head of others', (_, change) => {
  expect(isOvertaken(state, change, 'undo')).toBe(true);
});

test('ranges are put together, cut and turned on and off', () => {
  expect(
    joined([
      { first: 7, last: 9 },
      { first: 1, last: 3 },
      { first: 4, last: 5 },
    ]),
  ).toEqual([
    { first: 1, last: 5 },
    { first: 7, last: 9 },
  ]);
  expect(withoutRange([{ first: 1, last: 9 }], { first: 3, last: 4 })).toEqual([
    { first: 1, last: 2 },
    { first: 5, last: 9 },
  ]);
  expect(toggledRange([{ first: 1, last: 9 }], { first: 3, last: 9 })).toEqual([
    { first: 1, last: 2 },
  ]);
  expect(toggledRange([{ first: 1, last: 4 }], { first: 3, last: 9 })).toEqual([
    { first: 1, last: 9 },
  ]);
});
