import { expect, test } from 'vitest';
import { HeldKeys } from './held';

test('a key that is let go unused does what it does alone; repeats do not count', () => {
  const keys = new HeldKeys();
  expect(keys.press('k')).toBe(true);
  expect(keys.press('k')).toBe(false);
  expect(keys.release('k')).toBe(true);
  expect(keys.release('k')).toBe(false);
});

test('a key that was used while held does nothing more', () => {
  const keys = new HeldKeys();
  expect(keys.use(' ')).toBe(false);
  keys.press(' ');
  expect(keys.use(' ')).toBe(true);
  expect(keys.release(' ')).toBe(false);
  keys.press(' ');
  expect(keys.release(' ')).toBe(true);
});
