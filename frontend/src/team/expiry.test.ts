import { expect, test } from 'vitest';
import { endText, LIFETIMES_S, lastUsedText, lifetimeText } from './expiry';

const NOW_S = 1_000_000;

test('every lifetime has its own words', () => {
  const words = LIFETIMES_S.map(lifetimeText);
  expect(new Set(words).size).toBe(LIFETIMES_S.length);
  expect(words).toEqual(['an hour', 'a day', 'a week', '30 days', 'no end']);
});

test.each([
  [null, 'no end'],
  [NOW_S, 'expired'],
  [NOW_S + 30, '1 min left'],
  [NOW_S + 3600, '1 h left'],
  [NOW_S + 24 * 3600, '24 h left'],
  [NOW_S + 7 * 86400 - 5, '7 days left'],
])('a link that ends at %s says "%s"', (expiresS, words) => {
  expect(endText(expiresS, NOW_S)).toBe(words);
});

test.each([
  [null, 'not used yet'],
  [NOW_S + 3, 'used just now'], // the clocks differ a little
  [NOW_S - 61, 'used 1 min ago'],
  [NOW_S - 7200, 'used 2 h ago'],
  [NOW_S - 3 * 86400, 'used 3 days ago'],
])('a link used at %s says "%s"', (lastUsedS, words) => {
  expect(lastUsedText(lastUsedS, NOW_S)).toBe(words);
});
