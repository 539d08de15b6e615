import type { MaskPatch } from './rle';

/**
 * A mask's outline as closed polygons, holes included (fill with the even-odd rule).
 *
 * `coords` holds x, y pairs in half pixels of the video; polygon i ends before pair `ends[i]`. Vertices are
 * the midpoints of the pixels' sides, so slants come out smooth, and the line is within half a pixel of the mask.
 */
export interface Outline {
  readonly coords: Uint16Array;
  readonly ends: Uint32Array;
}

// Headings, clockwise: the object is always to the right of the walk.
const EAST = 0;
const STEP_X = [1, 0, -1, 0] as const;
const STEP_Y = [0, 1, 0, -1] as const;
// The two pixels ahead of a corner, on the right and on the left of the walk, relative to the corner.
const RIGHT_X = [0, -1, -1, 0] as const;
const RIGHT_Y = [0, 0, -1, -1] as const;
const LEFT_X = [0, 0, -1, -1] as const;
const LEFT_Y = [-1, 0, 0, -1] as const;

/** Walk around every region and every hole of the mask. */
export function outlineOf(patch: MaskPatch): Outline {
  const coords: number[] = [];
  const ends: number[] = [];
  const walked = new Uint8Array(patch.bits.length); // pixels whose top side has been walked
  for (let y = 0; y < patch.height; y++) {
    for (let x = 0; x < patch.width; x++) {
      const i = y * patch.width + x;
      if (patch.bits[i] === 0 || walked[i] === 1) continue;
      if (y > 0 && patch.bits[i - patch.width] === 1) continue;
      walkAround(patch, x, y, walked, coords);
      ends.push(coords.length / 2);
    }
  }
  return { coords: Uint16Array.from(coords), ends: Uint32Array.from(ends) };
}

function walkAround(
  patch: MaskPatch,
  startX: number,
  startY: number,
  walked: Uint8Array,
  coords: number[],
): void {
  let x = startX; // the corner that the walk stands on
  let y = startY;
  let heading = EAST;
  let straight = 0; // sides walked since the last turn
  do {
    if (heading === EAST) walked[y * patch.width + x] = 1;
    const stepX = STEP_X[heading] ?? 0;
    const stepY = STEP_Y[heading] ?? 0;
    straight += 1;
    if (straight > 2) coords.length -= 2; // in the middle of a straight stretch
    coords.push(2 * (patch.x0 + x) + stepX, 2 * (patch.y0 + y) + stepY);
    x += stepX;
    y += stepY;
    const turn = turnAt(patch, x, y, heading);
    if (turn !== 0) straight = 0;
    heading = (heading + turn) & 3;
  } while (x !== startX || y !== startY || heading !== EAST);
}

/** 1: to the right, -1: to the left, 0: straight on. Pixels that touch at a corner only stay apart. */
function turnAt(patch: MaskPatch, x: number, y: number, heading: number): number {
  if (!isOn(patch, x + (RIGHT_X[heading] ?? 0), y + (RIGHT_Y[heading] ?? 0))) return 1;
  return isOn(patch, x + (LEFT_X[heading] ?? 0), y + (LEFT_Y[heading] ?? 0)) ? -1 : 0;
}

function isOn(patch: MaskPatch, x: number, y: number): boolean {
  if (x < 0 || y < 0 || x >= patch.width || y >= patch.height) return false;
  return patch.bits[y * patch.width + x] === 1;
}

/**
 * The outline with the pixels' corners for vertices, in the same half pixels: exactly around the mask. Two midpoints of
 * which one is on a level side and the other on an upright one have the corner between them.
 */
export function alongPixels({ coords, ends }: Outline): Outline {
  const corners: number[] = [];
  const cornerEnds: number[] = [];
  let start = 0;
  for (const end of ends) {
    for (let i = start; i < end; i++) {
      const next = i + 1 < end ? i + 1 : start;
      const [x, y] = [coords[2 * i] as number, coords[2 * i + 1] as number];
      const [nextX, nextY] = [coords[2 * next] as number, coords[2 * next + 1] as number];
      const isLevel = y % 2 === 0;
      if (isLevel === (nextY % 2 === 0)) continue; // the two ends of one straight stretch
      if (isLevel) corners.push(nextX, y);
      else corners.push(x, nextY);
    }
    cornerEnds.push(corners.length / 2);
    start = end;
  }
  return { coords: Uint16Array.from(corners), ends: Uint32Array.from(cornerEnds) };
}
