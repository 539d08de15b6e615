import { expect, test, vi } from 'vitest';
import { ABSENT, type MaskRow, MaskStore, NOT_TRACKED, PRESENT, trustOf } from './maskStore';

function row(frameIdx: number, change: Partial<MaskRow> = {}): MaskRow {
  return {
    objectId: 1,
    frameIdx,
    rle: { counts: `m${frameIdx}` },
    area: 5,
    objectScore: 9,
    predictedIou: 0.9,
    ...change,
  };
}

test('masks are found by object and frame', () => {
  const store = new MaskStore(10);
  store.apply([row(2), row(3, { objectId: 4 })]);
  expect(store.rle(1, 2)).toBe('m2');
  expect(store.rle(1, 3)).toBeUndefined();
  expect(store.rle(4, 3)).toBe('m3');
  expect(store.latestFrame).toBe(3);
});

test('a frame is present, absent or not tracked', () => {
  const store = new MaskStore(4);
  store.apply([row(0), row(1, { area: 0, rle: { counts: 'x' } })]);
  expect([...(store.masklet(1)?.presence ?? [])]).toEqual([
    PRESENT,
    ABSENT,
    NOT_TRACKED,
    NOT_TRACKED,
  ]);
  expect(store.trackedFrames(1)).toBe(2);
});

test('a mask that is replaced or taken back is counted once', () => {
  const store = new MaskStore(4);
  store.apply([row(0), row(0, { rle: { counts: 'new' } }), row(1), row(1, { rle: null })]);
  expect(store.trackedFrames(1)).toBe(1);
  expect(store.rle(1, 0)).toBe('new');
  expect(store.rle(1, 1)).toBeUndefined();
});

test('the next doubtful stretch is found from either side', () => {
  const store = new MaskStore(10);
  const doubtful = new Set([2, 3, 7]);
  store.apply(
    Array.from({ length: 9 }, (_, i) => row(i, { predictedIou: doubtful.has(i) ? 0.4 : 0.95 })),
  );
  expect(store.doubtfulFrame(1, 0, true)).toBe(2);
  expect(store.doubtfulFrame(1, 2, true)).toBe(7);
  expect(store.doubtfulFrame(1, 7, true)).toBeNull();
  expect(store.doubtfulFrame(1, 7, false)).toBe(3);
  expect(store.doubtfulFrame(5, 0, true)).toBeNull();
});

test('listeners hear of a batch once, and no more after they left', () => {
  const store = new MaskStore(4);
  const listener = vi.fn();
  const leave = store.subscribe(listener);
  store.apply([row(0), row(1)]);
  store.removeObject(1);
  store.removeObject(1);
  leave();
  store.apply([row(2)]);
  expect(listener).toHaveBeenCalledTimes(2);
  expect(store.trackedFrames(1)).toBe(1);
});

test('frames outside the video are ignored', () => {
  const store = new MaskStore(4);
  store.apply([row(4), row(-1)]);
  expect(store.trackedFrames(1)).toBe(0);
});

test('trust is low where the mask, or the presence, is doubtful', () => {
  expect(trustOf({ objectScore: 8, predictedIou: 0.95, area: 9 })).toBeGreaterThan(0.9);
  expect(trustOf({ objectScore: 8, predictedIou: 0.3, area: 9 })).toBeLessThan(0.4);
  expect(trustOf({ objectScore: 0.1, predictedIou: 0.9, area: 9 })).toBeLessThan(0.6);
  expect(trustOf({ objectScore: -8, predictedIou: 0, area: 0 })).toBeGreaterThan(0.9);
});
