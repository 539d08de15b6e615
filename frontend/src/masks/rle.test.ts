import { describe, expect, test } from 'vitest';
import { decodeRle, runsOf } from './rle';
import fixtures from './rle.fixtures.json';

describe.each(fixtures)('$name, encoded by pycocotools', (fixture) => {
  test('the runs fill the frame', () => {
    const runs = runsOf(fixture.counts);
    expect(runs.reduce((a, b) => a + b, 0)).toBe(fixture.height * fixture.width);
    expect(runs.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0)).toBe(fixture.area);
  });

  test('every pixel is where it belongs', () => {
    const patch = decodeRle(fixture.counts, fixture.height);
    const found = new Uint8Array(fixture.height * fixture.width);
    patch.bits.forEach((bit, i) => {
      const y = patch.y0 + Math.floor(i / patch.width);
      found[y * fixture.width + patch.x0 + (i % patch.width)] = bit;
    });
    const expected = new Uint8Array(fixture.height * fixture.width);
    for (const [start = 0, length = 0] of fixture.rowRuns) expected.fill(1, start, start + length);
    expect(found).toEqual(expected);
  });

  test('the bounding box is tight, or spans the rows where a run wraps into the next column', () => {
    const patch = decodeRle(fixture.counts, fixture.height);
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = fixture.bbox;
    expect([patch.x0, patch.x0 + patch.width]).toEqual([x0, x1]);
    expect(patch.y0).toBeLessThanOrEqual(y0);
    expect(patch.y0 + patch.height).toBeGreaterThanOrEqual(y1);
  });
});

test('broken strings are refused', () => {
  expect(() => runsOf('ab c')).toThrow('character');
  expect(() => runsOf('o')).toThrow('cut off');
});
