import { expect, test } from 'vitest';
import { clampInto, isInside, letterbox, pan, toStage, toVideo, zoom } from './view';

const video = { width: 1280, height: 720 };

test('a wide stage puts bars left and right, a tall one above and below', () => {
  const wide = letterbox(video, { width: 2000, height: 740 }, 10);
  expect(wide).toEqual({ scale: 1, offsetX: 360, offsetY: 10 });
  const tall = letterbox(video, { width: 660, height: 900 }, 10);
  expect(tall).toEqual({ scale: 0.5, offsetX: 10, offsetY: 270 });
});

test('a stage of no size gives a view that can be used', () => {
  expect(letterbox(video, { width: 0, height: 0 }, 10).scale).toBeGreaterThan(0);
});

test('stage and video coordinates are inverse', () => {
  const view = letterbox(video, { width: 813, height: 411 }, 7);
  for (const spot of [
    { x: 0, y: 0 },
    { x: 1280, y: 720 },
    { x: 33.25, y: 611.5 },
  ]) {
    const back = toVideo(view, toStage(view, spot));
    expect(back.x).toBeCloseTo(spot.x, 9);
    expect(back.y).toBeCloseTo(spot.y, 9);
  }
  expect(toVideo(view, { x: view.offsetX, y: view.offsetY })).toEqual({ x: 0, y: 0 });
});

test('inside means on a pixel of the video', () => {
  expect(isInside(video, { x: 0, y: 0 })).toBe(true);
  expect(isInside(video, { x: 1280, y: 10 })).toBe(false);
  expect(isInside(video, { x: -0.1, y: 10 })).toBe(false);
  expect(clampInto(video, { x: 1300, y: -4 })).toEqual({ x: 1280, y: 0 });
});

test('zooming keeps the pixel under the pointer, and ends at the whole video', () => {
  const whole = letterbox(video, { width: 1300, height: 740 }, 10);
  const at = { x: 900, y: 200 };
  const near = zoom(whole, 3, at, whole);
  expect(near.scale).toBe(3);
  expect(toVideo(near, at).x).toBeCloseTo(toVideo(whole, at).x, 9);
  expect(toVideo(near, at).y).toBeCloseTo(toVideo(whole, at).y, 9);
  expect(zoom(near, 0.1, at, whole)).toBe(whole);
  expect(zoom(near, 1e9, at, whole).scale).toBe(32);
});

test('panning cannot lose the video', () => {
  const stage = { width: 1300, height: 740 };
  const near = zoom(
    letterbox(video, stage, 10),
    4,
    { x: 650, y: 370 },
    letterbox(video, stage, 10),
  );
  const far = pan(near, 1e6, -1e6, video, stage);
  expect(toVideo(far, { x: 650, y: 370 })).toEqual({ x: 0, y: 720 });
});
