import { expect, test } from 'vitest';
import type { LinkFields } from '../api/generated';
import { linkText } from './linkText';

const NOW_S = 1_000_000;
const LINK: LinkFields = {
  id: 'l',
  role: 'VIEWER',
  label: '',
  createdS: NOW_S - 7200,
  expiresS: NOW_S + 6 * 86400 - 60,
  usesLeft: null,
  lastUsedS: null,
  hasPassphrase: false,
};

test('a line says what a link is still good for', () => {
  expect(linkText(LINK, NOW_S)).toBe('any number of people · 6 days left · not used yet');
  const used = { ...LINK, usesLeft: 2, lastUsedS: NOW_S - 300, hasPassphrase: true };
  expect(linkText(used, NOW_S)).toBe('2 uses left · 6 days left · passphrase · used 5 min ago');
});

test('what is over is said', () => {
  expect(linkText({ ...LINK, usesLeft: 0 }, NOW_S)).toContain('used up');
  expect(linkText({ ...LINK, expiresS: NOW_S - 1 }, NOW_S)).toContain('expired');
  expect(linkText({ ...LINK, usesLeft: 1, expiresS: null }, NOW_S)).toMatch(
    /^one use left · no end/,
  );
});
