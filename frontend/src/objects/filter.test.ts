import { expect, test } from 'vitest';
import type { ObjectFields } from '../api/generated';
import { NO_REVIEW } from '../discussion/review.fixture';
import { filtered } from './filter';

const object = (objectId: number, change: Partial<ObjectFields>): ObjectFields => ({
  objectId,
  name: `Object ${objectId}`,
  colour: '#88ccff',
  removed: false,
  version: 1,
  label: '',
  attributes: [],
  rank: objectId,
  locked: false,
  absent: [],
  assigneeId: null,
  review: NO_REVIEW,
  ...change,
});
const objects = [
  object(1, { name: 'Left cup', label: 'cup' }),
  object(2, { name: 'Table', locked: true }),
  object(3, { label: 'Cup', absent: [{ first: 2, last: 4 }] }),
];
const ids = (text: string, state: 'all' | 'untracked' | 'absent' | 'locked' = 'all') =>
  filtered(objects, { text, state }, (id) => id === 1).map((one) => one.objectId);

test('objects are found by name, by class and by state', () => {
  expect(ids('')).toEqual([1, 2, 3]);
  expect(ids(' CUP ')).toEqual([1, 3]);
  expect(ids('table')).toEqual([2]);
  expect(ids('', 'untracked')).toEqual([2, 3]);
  expect(ids('cup', 'absent')).toEqual([3]);
  expect(ids('', 'locked')).toEqual([2]);
  expect(ids('left cup table')).toEqual([]);
});
