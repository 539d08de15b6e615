import { expect, test, vi } from 'vitest';
import { ABSENT, NOT_TRACKED, PRESENT, presenceIn } from './coverage';
import { type MaskRow, MaskStore } from './maskStore';

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

function presence(store: MaskStore, objectId = 1) {
  return Array.from({ length: store.numFrames }, (_, frame) =>
    presenceIn(store.coverage(objectId)?.at(frame) ?? 0),
  );
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
  expect(presence(store)).toEqual([PRESENT, ABSENT, NOT_TRACKED, NOT_TRACKED]);
  expect(store.trackedFrames(1)).toBe(2);
  expect(store.rle(1, 1)).toBeUndefined();
});

test('a mask that is replaced or taken back is counted once', () => {
  const store = new MaskStore(4);
  store.apply([row(0), row(0, { rle: { counts: 'new' } }), row(1), row(1, { rle: null })]);
  expect(store.trackedFrames(1)).toBe(1);
  expect(store.rle(1, 0)).toBe('new');
  expect(store.rle(1, 1)).toBeUndefined();
  expect(store.isMissing(1, 1)).toBe(false);
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

test('a mask where a scene begins is doubtful until somebody verifies it', () => {
  const store = new MaskStore(10);
  store.apply([row(4), row(5, { predictedIou: 0.4, doubt: 0.7, doubtReasons: ['JUMPED'] })]);
  store.setCuts([2, 4, 5, 8]);
  expect(store.doubtfulFrame(1, 0, true)).toBe(4);
  expect(store.whyDoubtful(1, 4)).toEqual(['CUT']);
  expect(store.whyDoubtful(1, 5)).toEqual(['CUT', 'JUMPED']);
  store.apply([row(4, { verified: true }), row(8), row(9)]);
  expect(store.whyDoubtful(1, 4)).toEqual([]);
  expect(store.whyDoubtful(1, 8)).toEqual(['CUT']);
  expect(store.whyDoubtful(1, 9)).toEqual([]);
  expect(presence(store)[2]).toBe(NOT_TRACKED);
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
  expect(store.rle(1, 0)).toBeUndefined();
});

test('frames outside the video are ignored', () => {
  const store = new MaskStore(4);
  store.apply([row(4), row(-1)]);
  expect(store.trackedFrames(1)).toBe(0);
});

test('a summary says where masks are, and that they have to be fetched', () => {
  const store = new MaskStore(10);
  store.apply([row(0), row(1), row(2)]);
  store.summarise([{ objectId: 1, firstFrame: 1, looks: 'ax_3co' }]);
  expect(presence(store)).toEqual([2, 2, 0, 0, 2, 2, 2, 1, 0, 0]);
  expect([0, 1, 2, 4, 7].map((frame) => store.isMissing(1, frame))).toEqual([
    false, // not mentioned: as it was
    true, // changed since
    false, // gone
    true,
    false, // the object is not on this frame
  ]);
  expect(store.doubtfulFrame(1, 0, true)).toBe(4);
  store.fill([row(1), row(2), row(4)]);
  expect([1, 2, 4].map((frame) => store.rle(1, frame))).toEqual(['m1', undefined, 'm4']);
});

test('what is fetched does not replace what came since', () => {
  const store = new MaskStore(10);
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '10a' }]);
  store.apply([row(3, { rle: { counts: 'new' } })]);
  store.fill([row(3), row(4)]);
  expect([store.rle(1, 3), store.rle(1, 4)]).toEqual(['new', 'm4']);
});

test('masks beyond the budget are forgotten, but not that they exist', () => {
  const store = new MaskStore(1000, 20_000);
  store.apply(Array.from({ length: 1000 }, (_, frame) => row(frame)));
  expect(store.trackedFrames(1)).toBe(1000);
  expect(store.isMissing(1, 0)).toBe(true);
  expect(store.isMissing(1, 999)).toBe(false);
});
