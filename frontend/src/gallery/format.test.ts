import { expect, test } from 'vitest';
import { ago, bytes, duration } from './format';

test('durations', () => {
  expect(duration(0.4)).toBe('0:00');
  expect(duration(75.4)).toBe('1:15');
  expect(duration(3725)).toBe('1:02:05');
});

test('times ago', () => {
  expect(ago(100, 130)).toBe('just now');
  expect(ago(0, 60)).toBe('1 minute ago');
  expect(ago(0, 7300)).toBe('2 hours ago');
  expect(ago(0, 86400 * 3)).toBe('3 days ago');
  expect(ago(10, 0)).toBe('just now');
});

test('bytes have a unit that fits', () => {
  expect([0, 999_499, 1_234_567, 8_589_934_592].map(bytes)).toEqual([
    '0 kB',
    '999 kB',
    '1.2 MB',
    '8.59 GB',
  ]);
});
