import { expect, test } from 'vitest';
import { neighbour } from './actions';

test('the next and the previous prompted frame', () => {
  expect(neighbour([3, 40, 200], 40, true)).toBe(200);
  expect(neighbour([3, 40, 200], 41, false)).toBe(40);
  expect(neighbour([3, 40, 200], 200, true)).toBeNull();
  expect(neighbour([3, 40, 200], 3, false)).toBeNull();
  expect(neighbour([], 0, true)).toBeNull();
});
