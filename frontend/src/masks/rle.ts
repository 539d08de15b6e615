/**
 * COCO compressed RLE, as every mask travels. Runs count pixels down the columns, background first.
 * The string holds each run as a signed varint of 5-bit digits; from the fourth run on, it is the
 * difference to the run two before.
 */

/** A mask's pixels inside its bounding box: `bits[(y - y0) * width + (x - x0)]` is 1 on the object. */
export interface MaskPatch {
  readonly x0: number;
  readonly y0: number;
  readonly width: number;
  readonly height: number;
  readonly bits: Uint8Array;
}

/** Lengths of the runs, in pixels. Throws where the string is no RLE. */
export function runsOf(counts: string): number[] {
  const runs: number[] = [];
  let value = 0;
  let shift = 0;
  for (let i = 0; i < counts.length; i++) {
    const digit = counts.charCodeAt(i) - 48;
    if (digit < 0 || digit > 63)
      throw new Error('The mask holds a character that no COCO RLE has.');
    value |= (digit & 0x1f) << shift;
    shift += 5;
    if (digit & 0x20) continue;
    if (digit & 0x10 && shift < 32) value |= -1 << shift;
    runs.push(runs.length > 2 ? value + (runs[runs.length - 2] ?? 0) : value);
    value = 0;
    shift = 0;
  }
  if (shift > 0) throw new Error("The mask's RLE is cut off.");
  return runs;
}

/** The pixels of a mask of `height` rows; an empty mask gives a patch of no size. */
export function decodeRle(counts: string, height: number): MaskPatch {
  const runs = runsOf(counts);
  const box = boundsOf(runs, height);
  const bits = new Uint8Array(box.width * box.height);
  let at = 0;
  for (let i = 0; i + 1 < runs.length; i += 2) {
    at += runs[i] ?? 0;
    const end = at + (runs[i + 1] ?? 0);
    for (; at < end; at++) {
      const x = Math.floor(at / height);
      bits[((at % height) - box.y0) * box.width + x - box.x0] = 1;
    }
  }
  return { ...box, bits };
}

function boundsOf(runs: readonly number[], height: number): Omit<MaskPatch, 'bits'> {
  let [x0, y0, x1, y1] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  let at = 0;
  for (let i = 0; i + 1 < runs.length; i += 2) {
    at += runs[i] ?? 0;
    const length = runs[i + 1] ?? 0;
    if (length === 0) continue;
    const last = at + length - 1;
    const [xFirst, xLast] = [Math.floor(at / height), Math.floor(last / height)];
    x0 = Math.min(x0, xFirst);
    x1 = Math.max(x1, xLast + 1);
    y0 = xFirst === xLast ? Math.min(y0, at % height) : 0;
    y1 = xFirst === xLast ? Math.max(y1, (last % height) + 1) : height;
    at += length;
  }
  if (x1 === 0) return { x0: 0, y0: 0, width: 0, height: 0 };
  return { x0, y0, width: x1 - x0, height: y1 - y0 };
}

/** The compressed string of run lengths, background first. */
export function countsOf(runs: readonly number[]): string {
  let text = '';
  for (let i = 0; i < runs.length; i++) {
    let value = (runs[i] ?? 0) - (i > 2 ? (runs[i - 2] ?? 0) : 0);
    for (let more = true; more; ) {
      const digit = value & 0x1f;
      value >>= 5;
      more = digit & 0x10 ? value !== -1 : value !== 0;
      text += String.fromCharCode(48 + (more ? digit | 0x20 : digit));
    }
  }
  return text;
}

/** A mask's string from its pixels by row, `isOn` for each; and how many are on. */
export function encodeRle(
  width: number,
  height: number,
  isOn: (pixel: number) => boolean,
): { readonly counts: string; readonly area: number } {
  const runs: number[] = [];
  let [last, run, area] = [false, 0, 0];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const on = isOn(y * width + x);
      if (on) area += 1;
      if (on !== last) {
        runs.push(run);
        run = 0;
        last = on;
      }
      run += 1;
    }
  }
  runs.push(run);
  return { counts: countsOf(runs), area };
}
