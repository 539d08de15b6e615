import { expect, test } from 'vitest';
import { retryDelayS } from './backoff';

test('the first retry comes soon and later ones wait longer, up to a bound', () => {
  const delays = Array.from({ length: 12 }, (_, attempt) => retryDelayS(attempt, 0.5));
  expect(delays[0]).toBeLessThan(0.5);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(Math.max(...delays)).toBe(8);
});

test('jitter spreads a delay by a quarter to both sides', () => {
  expect(retryDelayS(20, 0)).toBe(6);
  expect(retryDelayS(20, 1)).toBe(10);
});
