import { expect, test } from 'vitest';
import { ABSENT, Coverage, DOUBT_LEVELS, lookOf, PRESENT } from '../masks/coverage';
import { packed } from '../ui/packed';
import { laneColumns } from './columns';
import { sceneStart } from './cuts';
import { stripCells } from './filmstrip';
import { frameText } from './frameText';
import { Scale } from './scale';
import { Thumbnails } from './thumbnails';
import { follow, panWindow, wholeWindow, zoomWindow } from './timeWindow';

/** `#`: a mask, a digit: one with that much doubt, `-`: absent, `.`: not tracked. */
function coverage(text: string): Coverage {
  const made = new Coverage(text.length);
  [...text].forEach((c, frame) => {
    const look = c === '-' ? lookOf(ABSENT) : c === '.' ? 0 : lookOf(PRESENT, Number(c) || 0);
    made.set(frame, frame, look);
  });
  return made;
}
const whole = (m: Coverage) => new Scale(100, m.numFrames);
const look = (m: Coverage, columns: number, scale = whole(m)) =>
  Array.from(laneColumns(m, scale, columns).presence, (p) => '.-#'[p]).join('');

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
  expect([...laneColumns(m, whole(m), 6).doubt]).toEqual([0, 0, DOUBT_LEVELS, 0, 0, 0]);
  expect([...laneColumns(m, whole(m), 3).doubt]).toEqual([0, DOUBT_LEVELS, 0]);
});

test('of a window, only its frames', () => {
  const m = coverage('....##--');
  expect(look(m, 4, new Scale(100, 8, { from: 4, span: 4 }))).toBe('##--');
  expect(look(m, 4, new Scale(100, 8, { from: 2, span: 4 }))).toBe('..##');
});

test('a verified frame is never lost', () => {
  const m = new Coverage(1000);
  m.set(0, 999, lookOf(PRESENT));
  m.set(500, 500, lookOf(PRESENT, 0, true));
  const { verified } = laneColumns(m, new Scale(100, 1000), 10);
  expect([...verified]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
});

test('a hundred thousand frames of fifty objects are read well within a frame', () => {
  const lanes = Array.from({ length: 50 }, (_, i) => {
    const m = new Coverage(100_000);
    m.set(1000 * i, 90_000, lookOf(PRESENT, i % 4));
    return m;
  });
  let read = 0;
  const counted = lanes.map((m) => {
    const within = m.within.bind(m);
    m.within = (first, last) => {
      read += 1;
      return within(first, last);
    };
    return m;
  });
  for (const m of counted) laneColumns(m, new Scale(1300, 100_000), 1300);
  expect(read).toBe(50 * 1300); // one question a column, however many frames lie in it
});

test('zooming keeps the frame under the pointer, and the window inside the video', () => {
  const all = wholeWindow(1000);
  const near = zoomWindow(all, 4, 600, 1000);
  expect(near.span).toBe(250);
  expect((600 - near.from) / near.span).toBeCloseTo(0.6);
  expect(zoomWindow(near, 0.001, 600, 1000)).toEqual(all);
  expect(zoomWindow(near, 1e9, 0, 1000).span).toBe(8);
  expect(panWindow(near, 1e6, 1000)).toEqual({ from: 750, span: 250 });
  expect(zoomWindow(wholeWindow(3), 100, 1, 3)).toEqual({ from: 0, span: 3 });
});

test('the page turns when the playhead leaves it', () => {
  const window = { from: 100, span: 100 };
  expect(follow(window, 150, 1000)).toBe(window);
  expect(follow(window, 199, 1000)).toBe(window);
  const after = follow(window, 200, 1000);
  expect(after.from).toBeGreaterThan(190);
  expect(follow(window, 99, 1000).from).toBeLessThan(100);
  expect(follow(window, 999, 1000)).toEqual({ from: 900, span: 100 });
});

test('the filmstrip meets the same frames again, zoomed and moved', () => {
  const frames = (from: number, span: number) =>
    stripCells(new Scale(1000, 4096, { from, span }), 60).map((cell) => cell.frameIdx);
  const far = frames(0, 4096);
  expect(far).toEqual(Array.from({ length: 16 }, (_, i) => 256 * i));
  const near = frames(300, 1024);
  expect(near.every((frame) => frame % 64 === 0)).toBe(true);
  expect(near).toContain(512);
  for (const { left, width } of stripCells(new Scale(1000, 10), 60)) {
    expect(width).toBe(100);
    expect(left % 100).toBe(0);
  }
});

test('thumbnails: two at a time, the newest wishes first, each once', async () => {
  const asked: number[] = [];
  const arrive: (() => void)[] = [];
  const thumbnails = new Thumbnails(
    (frameIdx) => {
      asked.push(frameIdx);
      return new Promise((resolve) =>
        arrive.push(() => resolve({ width: 64, height: 36 } as ImageBitmap)),
      );
    },
    () => {},
  );
  thumbnails.want([0, 1, 2, 3]);
  thumbnails.want([2, 8, 9]);
  expect(asked).toEqual([0, 1]);
  arrive.shift()?.();
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked).toEqual([0, 1, 2]);
  expect(thumbnails.get(0)).toBeDefined();
  thumbnails.want([0, 8]);
  arrive.shift()?.();
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked).toEqual([0, 1, 2, 8]);
});

test('the scene of a frame', () => {
  expect([0, 9, 10, 99].map((frame) => sceneStart([10, 40], frame))).toEqual([0, 0, 10, 40]);
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

test('a ruler that is not on the page has an end of its labels too', () => {
  expect(new Scale(1, 300).labelStep(Number.NaN)).toBe(300);
  expect(new Scale(0, 300).labelStep(70)).toBe(300);
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
  expect(frameText(3, lane, ['JUMPED', 'HOLES'])).toBe('3 · unsure, it moved far, it has holes');
});
