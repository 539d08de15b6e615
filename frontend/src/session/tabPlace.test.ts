import { expect, test } from 'vitest';
import { readPlace } from './tabPlace';

const KEPT = {
  frame: 48,
  selectedId: 2,
  inFrame: 10,
  outFrame: 60,
  loops: true,
  hidden: [3],
  solo: null,
  background: { effectId: 'blur', variant: 1 },
  everyObject: { effectId: 'overlay', variant: 0 },
  byObject: [[2, { effectId: 'emoji', variant: 3 }]],
  hasEffects: true,
};

test('what was kept comes back', () => {
  expect(readPlace(JSON.stringify(KEPT), 100)).toEqual(KEPT);
});

test('nothing was kept, or it was cut off', () => {
  expect(readPlace(null, 100)).toBeNull();
  expect(readPlace('{"frame": 4', 100)).toBeNull();
  expect(readPlace('7', 100)).toBeNull();
});

test('what makes no sense is left out', () => {
  const place = readPlace(
    JSON.stringify({
      ...KEPT,
      frame: 100,
      outFrame: -1,
      selectedId: -5,
      hidden: 'all',
      background: { effectId: 7 },
      byObject: [[1, null], 4, [2, { effectId: 'emoji', variant: 3 }]],
    }),
    100,
  );
  expect(place).toMatchObject({ frame: 0, inFrame: 10, outFrame: null, selectedId: null });
  expect(place).toMatchObject({ hidden: [], background: null, byObject: KEPT.byObject });
});
