import { expect, test } from 'vitest';
import { ABSENT, DOUBT_LEVELS, doubtIn, lookOf, presenceIn } from './coverage';
import { doubtOf, lookOfMask, trustOf } from './trust';

test('trust is low where the mask, or the presence, is doubtful', () => {
  expect(trustOf({ objectScore: 8, predictedIou: 0.95, area: 9 })).toBeGreaterThan(0.9);
  expect(trustOf({ objectScore: 8, predictedIou: 0.3, area: 9 })).toBeLessThan(0.4);
  expect(trustOf({ objectScore: 0.1, predictedIou: 0.9, area: 9 })).toBeLessThan(0.6);
  expect(trustOf({ objectScore: -8, predictedIou: 0, area: 0 })).toBeGreaterThan(0.9);
});

test('doubt grows as trust falls', () => {
  expect(doubtOf(0.95)).toBe(0);
  expect(doubtOf(0.79)).toBe(1);
  expect(doubtOf(0.1)).toBe(DOUBT_LEVELS);
});

test('the doubt that the server measured goes before the scores; what a person verified has none', () => {
  const row = { objectScore: 8, predictedIou: 0.95, area: 9 };
  expect(doubtIn(lookOfMask({ ...row, doubt: 0.9 }))).toBe(DOUBT_LEVELS);
  expect(doubtIn(lookOfMask({ ...row, predictedIou: 0.1, doubt: 0.05 }))).toBe(0);
  expect(doubtIn(lookOfMask({ ...row, doubt: 0.9, verified: true }))).toBe(0);
});

test('a mask without a pixel is an absence, and no doubt', () => {
  const look = lookOfMask({ objectScore: 1, predictedIou: 0.2, area: 0 });
  expect([look, presenceIn(look), doubtIn(look)]).toEqual([lookOf(ABSENT), ABSENT, 0]);
});
