import { expect, test } from 'vitest';
import { FrameTimes } from './frameTimes';
import { frameIn, timecode } from './timecode';

test('minutes, seconds and hundredths', () => {
  expect(timecode(0)).toBe('0:00.00');
  expect(timecode(9.996)).toBe('0:10.00');
  expect(timecode(75.4)).toBe('1:15.40');
});

test('a frame is asked for by its number or its time, and never outside of the video', () => {
  const times = new FrameTimes(Array.from({ length: 3000 }, (_, i) => i / 30));
  expect(frameIn('12', times)).toBe(12);
  expect(frameIn(' 999999 ', times)).toBe(2999);
  expect(frameIn('1:02.50', times)).toBe(1875);
  expect(frameIn('0:1', times)).toBe(30);
  expect(frameIn('', times)).toBeNull();
  expect(frameIn('-3', times)).toBeNull();
  expect(frameIn('ten', times)).toBeNull();
});

test('the time that is shown of a frame leads back to it', () => {
  const times = new FrameTimes(Array.from({ length: 3000 }, (_, i) => (i * 1001) / 30000));
  for (let frame = 0; frame < times.numFrames; frame += 7)
    expect(frameIn(timecode(times.startS(frame)), times)).toBe(frame);
});
