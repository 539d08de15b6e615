import { expect, test } from 'vitest';
import { MaskStore } from '../masks/maskStore';
import { extentOf, extentText } from './extent';

function extent(...areas: (number | null)[]) {
  const store = new MaskStore(areas.length);
  areas.forEach((area, frameIdx) => {
    if (area === null) return;
    store.apply([
      { objectId: 1, frameIdx, rle: { counts: '' }, area, objectScore: 1, predictedIou: 1 },
    ]);
  });
  return extentOf(store.coverage(1));
}

test('an object says where it is tracked', () => {
  expect(extentText(extent(null, null), 0)).toBe('Click it in the video');
  expect(extentText(extent(null, null), 1)).toBe('Not tracked yet');
  expect(extentText(extent(null, 5, null), 1)).toBe('Frame 1 only');
  expect(extentText(extent(null, 5, 5, 7), 1)).toBe('Frames 1–3');
  expect(extentText(extent(5, 0, 0, 7), 1)).toBe('Frames 0–3 · absent on 2');
});

test('counts', () => {
  expect(extent(5, 0, null, 7)).toEqual({ tracked: 3, present: 2, first: 0, last: 3 });
  expect(extentOf(undefined)).toEqual({ tracked: 0, present: 0, first: -1, last: -1 });
});
