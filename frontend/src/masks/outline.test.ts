import { expect, test } from 'vitest';
import { alongPixels, type Outline, outlineOf } from './outline';
import { decodeRle, type MaskPatch } from './rle';
import fixtures from './rle.fixtures.json';

function patchOf(...rows: string[]): MaskPatch {
  const width = rows[0]?.length ?? 0;
  const bits = Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));
  return { x0: 10, y0: 20, width, height: rows.length, bits };
}

function polygons(outline: Outline): [number, number][][] {
  let start = 0;
  return Array.from(outline.ends, (end) => {
    const polygon: [number, number][] = [];
    for (let i = start; i < end; i++) {
      polygon.push([(outline.coords[2 * i] ?? 0) / 2, (outline.coords[2 * i + 1] ?? 0) / 2]);
    }
    start = end;
    return polygon;
  });
}

/** Even-odd rule, as the canvas fills. */
function covers(outline: Outline, x: number, y: number): boolean {
  let inside = false;
  for (const polygon of polygons(outline)) {
    polygon.forEach(([xa, ya], i) => {
      const [xb, yb] = polygon[(i + 1) % polygon.length] ?? [xa, ya];
      if (ya > y !== yb > y && x < xa + ((y - ya) / (yb - ya)) * (xb - xa)) inside = !inside;
    });
  }
  return inside;
}

test('one pixel is a diamond around its middle', () => {
  expect(polygons(outlineOf(patchOf('#')))).toEqual([
    [
      [10.5, 20],
      [11, 20.5],
      [10.5, 21],
      [10, 20.5],
    ],
  ]);
});

test('a straight side needs two vertices, however long', () => {
  const [polygon] = polygons(outlineOf(patchOf('########', '########')));
  expect(polygon).toHaveLength(8);
});

test('a hole is a polygon of its own', () => {
  expect(polygons(outlineOf(patchOf('###', '#.#', '###')))).toHaveLength(2);
});

test('pixels that touch at a corner stay apart', () => {
  expect(polygons(outlineOf(patchOf('#.', '.#')))).toHaveLength(2);
});

test('an empty mask has no outline', () => {
  expect(outlineOf(patchOf('...')).ends).toHaveLength(0);
});

test.each(fixtures)('the outline of $name covers the middle of exactly its pixels', (fixture) => {
  const patch = decodeRle(fixture.counts, fixture.height);
  const outline = outlineOf(patch);
  const step = fixture.height > 100 ? 7 : 1;
  for (let y = 0; y < patch.height; y += step) {
    for (let x = 0; x < patch.width; x += step) {
      const inside = covers(outline, patch.x0 + x + 0.5, patch.y0 + y + 0.5);
      expect(inside).toBe(patch.bits[y * patch.width + x] === 1);
    }
  }
});

test('near, the outline goes along the sides of the pixels', () => {
  expect(polygons(alongPixels(outlineOf(patchOf('#'))))).toEqual([
    [
      [11, 20],
      [11, 21],
      [10, 21],
      [10, 20],
    ],
  ]);
  const [lShape] = polygons(alongPixels(outlineOf(patchOf('#...', '####'))));
  expect(lShape).toHaveLength(6);
});

test('near, every spot of every pixel is in or out as its pixel is', () => {
  for (const { counts, height } of fixtures.slice(0, 12)) {
    const patch = decodeRle(counts, height);
    const near = alongPixels(outlineOf(patch));
    for (let i = 0; i < Math.min(patch.bits.length, 600); i++) {
      const [x, y] = [patch.x0 + (i % patch.width), patch.y0 + Math.floor(i / patch.width)];
      for (const [dx, dy] of [
        [0.1, 0.15],
        [0.9, 0.85],
      ] as const)
        expect(covers(near, x + dx, y + dy)).toBe(patch.bits[i] === 1);
    }
  }
});
