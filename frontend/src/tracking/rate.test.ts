import { expect, test } from 'vitest';
import { RateMeter, remainingText } from './rate';

test('the time that is left follows the rate of the last seconds', () => {
  const meter = new RateMeter();
  expect(meter.remainingS(100)).toBeNull();
  for (let i = 0; i <= 20; i++) meter.add(i, i * 1000); // one frame a second
  for (let i = 1; i <= 70; i++) meter.add(20 + i, 20_000 + i * 100); // then ten
  expect(meter.remainingS(190)).toBeCloseTo(10, 5);
});

test('a new run starts a new measurement', () => {
  const meter = new RateMeter();
  meter.add(90, 0);
  meter.add(99, 2000);
  meter.add(1, 3000);
  expect(meter.remainingS(100)).toBeNull();
  meter.add(11, 4000);
  expect(meter.remainingS(101)).toBeCloseTo(9, 5);
});

test('words', () => {
  expect(remainingText(null)).toBe('');
  expect(remainingText(0.3)).toBe('almost done');
  expect(remainingText(11.2)).toBe('12 s left');
  expect(remainingText(200)).toBe('3 min left');
  expect(remainingText(7200)).toBe('2 h left');
});
