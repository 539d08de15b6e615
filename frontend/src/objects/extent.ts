import { type Masklet, NOT_TRACKED, PRESENT } from '../masks/maskStore';

/** Over which frames an object's masklet reaches. */
export interface Extent {
  readonly tracked: number; // frames with a mask, or known to be without the object
  readonly present: number;
  readonly first: number; // -1 where nothing is tracked
  readonly last: number;
}

export function extentOf(masklet: Masklet | undefined): Extent {
  let [tracked, present, first, last] = [0, 0, -1, -1];
  masklet?.presence.forEach((presence, frameIdx) => {
    if (presence === NOT_TRACKED) return;
    tracked += 1;
    if (presence === PRESENT) present += 1;
    if (first < 0) first = frameIdx;
    last = frameIdx;
  });
  return { tracked, present, first, last };
}

export function extentText({ tracked, present, first, last }: Extent, numPrompted: number): string {
  if (tracked === 0) return numPrompted === 0 ? 'Click it in the video' : 'Not tracked yet';
  if (first === last) return `Frame ${first} only`;
  const absent = tracked - present;
  return absent === 0 ? `Frames ${first}–${last}` : `Frames ${first}–${last} · absent on ${absent}`;
}
