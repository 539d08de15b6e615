import { expect, test } from 'vitest';
import { timecode } from './timecode';

test('minutes, seconds and hundredths', () => {
  expect(timecode(0)).toBe('0:00.00');
  expect(timecode(9.996)).toBe('0:10.00');
  expect(timecode(75.4)).toBe('1:15.40');
});
