import { DOUBTFUL, type Masklet, NOT_TRACKED, PRESENT } from '../masks/maskStore';

/** A stretch of a lane that looks the same from end to end, in columns: first inclusive, last exclusive. */
export interface LaneRun {
  readonly first: number;
  readonly last: number;
  readonly presence: number;
  readonly doubt: number; // 0: sure, up to DOUBT_LEVELS
}

export const DOUBT_LEVELS = 4;
const LOST = 0.3; // trust below this raises no more than the strongest doubt

/** 0 where the engine is sure, up to DOUBT_LEVELS where it is not. */
export function doubtOf(trust: number): number {
  const doubt = (DOUBTFUL - trust) / (DOUBTFUL - LOST);
  return Math.ceil(DOUBT_LEVELS * Math.min(1, Math.max(0, doubt)));
}

/**
 * A masklet as stretches of equal look over `columns` columns. A column of many frames shows what is most
 * worth seeing in it: a mask before an absence, and the greatest doubt.
 */
export function laneRuns(masklet: Masklet, columns: number): LaneRun[] {
  const numFrames = masklet.presence.length;
  const runs: LaneRun[] = [];
  for (let column = 0; column < columns; column++) {
    const look = columnLook(masklet, column, columns, numFrames);
    const open = runs.at(-1);
    if (open && open.presence === look.presence && open.doubt === look.doubt) {
      runs[runs.length - 1] = { ...open, last: column + 1 };
    } else {
      runs.push({ first: column, last: column + 1, ...look });
    }
  }
  return runs.filter((run) => run.presence !== NOT_TRACKED);
}

function columnLook(masklet: Masklet, column: number, columns: number, numFrames: number) {
  const first = Math.floor((column * numFrames) / columns);
  const last = Math.max(first + 1, Math.floor(((column + 1) * numFrames) / columns));
  let presence = NOT_TRACKED;
  let doubt = 0;
  for (let frame = first; frame < last; frame++) {
    const here = masklet.presence[frame] ?? NOT_TRACKED;
    if (here > presence) presence = here;
    if (here === PRESENT) doubt = Math.max(doubt, doubtOf(masklet.trust[frame] ?? 1));
  }
  return { presence, doubt };
}
