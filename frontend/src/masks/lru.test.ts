import { expect, test } from 'vitest';
import { ByteLru } from './lru';

test('what was used longest ago goes first', () => {
  const lru = new ByteLru<string>(30);
  lru.set(1, 'a', 10);
  lru.set(2, 'b', 10);
  lru.set(3, 'c', 10);
  lru.get(1);
  lru.set(4, 'd', 10);
  expect([1, 2, 3, 4].filter((key) => lru.has(key))).toEqual([1, 3, 4]);
  expect(lru.bytes).toBe(30);
});

test('replacing a value counts its bytes once', () => {
  const lru = new ByteLru<string>(30);
  lru.set(1, 'a', 10);
  lru.set(1, 'b', 20);
  expect(lru.bytes).toBe(20);
  expect(lru.get(1)).toBe('b');
});

test('one value larger than the budget is kept alone', () => {
  const lru = new ByteLru<string>(30);
  lru.set(1, 'a', 10);
  lru.set(2, 'big', 90);
  expect(lru.has(1)).toBe(false);
  expect(lru.get(2)).toBe('big');
});
