import { expect, test } from 'vitest';
import { NO_RANGE, rangeOf, reduceRange } from './range';
import { shuttled } from './shuttle';

test('in and out make a range; an end that is not set is the video’s own', () => {
  let state = reduceRange(NO_RANGE, { type: 'in', frameIdx: 10 });
  expect(rangeOf(state, 100)).toEqual({ first: 10, last: 99 });
  state = reduceRange(state, { type: 'out', frameIdx: 20 });
  expect(rangeOf(state, 100)).toEqual({ first: 10, last: 20 });
  state = reduceRange(state, { type: 'in', frameIdx: 30 });
  expect(rangeOf(state, 100)).toEqual({ first: 30, last: 99 });
  state = reduceRange(state, { type: 'out', frameIdx: 5 });
  expect(rangeOf(state, 100)).toEqual({ first: 0, last: 5 });
  expect(rangeOf(reduceRange(state, { type: 'clear' }), 100)).toBeNull();
});

test('J and L: from rest at once, then faster, and the other one turns', () => {
  expect(shuttled(0, 1)).toBe(1);
  expect(shuttled(1, 1)).toBe(2);
  expect(shuttled(4, 1)).toBe(4);
  expect(shuttled(2, -1)).toBe(-1);
  expect(shuttled(-2, -1)).toBe(-4);
});
