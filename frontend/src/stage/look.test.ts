import { expect, test } from 'vitest';
import { ALL_VISIBLE, DEFAULT_LOOK, readLook, reduceVisibility, shownOf } from './look';
import { classColour } from './maskColour';
import { seen } from './pixelGrid';

test('what was kept is taken as far as it makes sense', () => {
  expect(readLook(null)).toEqual(DEFAULT_LOOK);
  expect(readLook('{"opacity": 9, "outlinePx": 2, "colourBy": "class"}')).toEqual({
    ...DEFAULT_LOOK,
    outlinePx: 2,
    colourBy: 'class',
  });
  expect(readLook('not json')).toEqual(DEFAULT_LOOK);
});

test('hide and solo are switches, and solo goes before hide', () => {
  let state = reduceVisibility(ALL_VISIBLE, { type: 'hide', objectId: 2 });
  expect(shownOf(state, [1, 2])).toEqual([1]);
  state = reduceVisibility(state, { type: 'solo', objectId: 2 });
  expect(shownOf(state, [1, 2])).toEqual([2]);
  expect(shownOf(state, [1, 3])).toEqual([1, 3]); // it was removed
  state = reduceVisibility(state, { type: 'solo', objectId: 2 });
  state = reduceVisibility(state, { type: 'hide', objectId: 2 });
  expect(shownOf(state, [1, 2])).toEqual([1, 2]);
});

test('a class has one colour, everywhere', () => {
  expect(classColour('car')).toBe(classColour('car'));
  expect(classColour('car')).toMatch(/^#[0-9a-f]{6}$/);
});

test('only lines of the grid that are in sight are drawn', () => {
  expect(seen(-100, 10, 640, 0, 200)).toEqual({ first: 10, last: 30 });
  expect(seen(50, 10, 4, 0, 200)).toEqual({ first: 0, last: 4 });
});
