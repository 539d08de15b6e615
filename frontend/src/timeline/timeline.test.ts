import { expect, test } from 'vitest';
import { ABSENT, Coverage, DOUBT_LEVELS, lookOf, PRESENT } from '../masks/coverage';
import { laneColumns } from './columns';
import { frameText } from './frameText';
import { packed } from './lanePainter';
import { Scale } from './scale';

/** `#`: a mask, a digit: one with that much doubt, `-`: absent, `.`: not tracked. */
function coverage(text: string): Coverage {
  const made = new Coverage(text.length);
  [...text].forEach((c, frame) => {
    const look = c === '-' ? lookOf(ABSENT) : c === '.' ? 0 : lookOf(PRESENT, Number(c) || 0);
    made.set(frame, frame, look);
  });
  return made;
}
const look = (m: Coverage, columns: number) =>
  Array.from(laneColumns(m, columns).presence, (p) => '.-#'[p]).join('');

test('as many columns as frames: the lane is the masklet', () => {
  expect(look(coverage('..##--#.'), 8)).toBe('..##--#.');
});

test('fewer columns than frames: a mask is never lost', () => {
  expect(look(coverage(`${'-'.repeat(50)}#${'-'.repeat(49)}`), 10)).toBe('-----#----');
});

test('more columns than frames: a frame is as wide as its share', () => {
  expect(look(coverage('#.'), 10)).toBe('#####.....');
});

test('the greatest doubt in a column counts', () => {
  const m = coverage('##4#--');
  expect([...laneColumns(m, 6).doubt]).toEqual([0, 0, DOUBT_LEVELS, 0, 0, 0]);
  expect([...laneColumns(m, 3).doubt]).toEqual([0, DOUBT_LEVELS, 0]);
});

test('colours are packed as image data wants them', () => {
  const bytes = new Uint8Array(new Uint32Array([packed('#12a4ff', 1)]).buffer);
  expect([...bytes]).toEqual([0x12, 0xa4, 0xff, 255]);
});

test('frames and positions are inverse', () => {
  for (const [width, frames] of [
    [900, 300],
    [301.5, 10_000],
    [500, 1],
  ] as const) {
    const scale = new Scale(width, frames);
    for (let i = 0; i < frames; i += 7) expect(scale.frame(scale.x(i))).toBe(i);
    expect(scale.frame(-5)).toBe(0);
    expect(scale.frame(width + 5)).toBe(frames - 1);
  }
});

test('labels are round numbers with room between them', () => {
  expect(new Scale(1000, 300).labelStep(70)).toBe(50);
  expect(new Scale(1000, 10_000).labelStep(70)).toBe(1000);
  expect(new Scale(1000, 8).labelStep(70)).toBe(1);
});

test('a frame says its number and how the object is there', () => {
  const lane = { coverage: coverage('.#-2'), prompted: [1] };
  expect([0, 1, 2, 3].map((frame) => frameText(frame, lane))).toEqual([
    '0',
    '1 · clicked',
    '2 · absent',
    '3 · unsure',
  ]);
  expect(frameText(7, null)).toBe('7');
});
