import { type Coverage, PRESENT, presenceIn } from '../masks/coverage';

/** Over which frames an object's masklet reaches. */
export interface Extent {
  readonly tracked: number; // frames with a mask, or known to be without the object
  readonly present: number;
  readonly first: number; // -1 where nothing is tracked
  readonly last: number;
}

export function extentOf(coverage: Coverage | undefined): Extent {
  let [present, first, last] = [0, -1, -1];
  for (const run of coverage?.runs() ?? []) {
    if (presenceIn(run.look) === PRESENT) present += run.last - run.first + 1;
    if (first < 0) first = run.first;
    last = run.last;
  }
  return { tracked: coverage?.tracked ?? 0, present, first, last };
}

export function extentText({ tracked, present, first, last }: Extent, numPrompted: number): string {
  if (tracked === 0) return numPrompted === 0 ? 'Click it in the video' : 'Not tracked yet';
  if (first === last) return `Frame ${first} only`;
  const absent = tracked - present;
  return absent === 0 ? `Frames ${first}–${last}` : `Frames ${first}–${last} · absent on ${absent}`;
}
