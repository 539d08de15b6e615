import { expect, test } from 'vitest';
import { type Pace, paceText } from './paceText';

const pace = (change: Partial<NonNullable<Pace>> = {}): Pace => ({
  beside: 0,
  place: 0,
  loading: false,
  framesPerS: null,
  remainingS: null,
  ...change,
});

test('who shares the machine, and how long it takes', () => {
  expect(paceText(pace({ beside: 3, remainingS: 39.2 }), 5)).toBe('with 3 others · 40 s left');
  expect(paceText(pace({ beside: 1 }), 5)).toBe('with 1 other · 5 s left');
  expect(paceText(pace({ remainingS: 200 }), null)).toBe('3 min left');
  expect(paceText(pace({ beside: 5, place: 2 }), null)).toBe('waits for memory, place 2');
  expect(paceText(pace({ loading: true, beside: 2 }), 5)).toBe('the model is being loaded');
});

test('a server that cannot tell leaves what was measured here', () => {
  expect(paceText(null, 12)).toBe('12 s left');
  expect(paceText(null, null)).toBe('');
});
