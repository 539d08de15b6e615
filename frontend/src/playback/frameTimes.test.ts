import { describe, expect, test } from 'vitest';
import { FrameTimes } from './frameTimes';

const ntsc = new FrameTimes(Array.from({ length: 300 }, (_, i) => (i * 1001) / 30000));
const variable = new FrameTimes([0, 0.04, 0.05, 0.3, 0.31]);

describe.each([
  ['29.97 fps', ntsc],
  ['variable', variable],
])('%s', (_name, times) => {
  test('a seek to the middle of a frame meets that frame', () => {
    for (let i = 0; i < times.numFrames; i++) expect(times.at(times.middleS(i))).toBe(i);
  });

  test('the time stamp of a shown frame gives that frame, also when it is rounded', () => {
    for (let i = 0; i < times.numFrames; i++) {
      expect(times.nearest(times.startS(i))).toBe(i);
      expect(times.nearest(Math.round(times.startS(i) * 1e3) / 1e3)).toBe(i);
    }
  });
});

test('times outside the video give its ends', () => {
  expect(variable.at(-1)).toBe(0);
  expect(variable.at(99)).toBe(4);
  expect(variable.nearest(99)).toBe(4);
  expect(variable.clamp(-3)).toBe(0);
  expect(variable.clamp(7)).toBe(4);
});

test('a single frame has a middle too', () => {
  const still = new FrameTimes([0]);
  expect(still.middleS(0)).toBeGreaterThan(0);
  expect(still.nearest(0.4)).toBe(0);
});
