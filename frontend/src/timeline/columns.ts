import { DOUBTFUL, type Masklet, NOT_TRACKED, PRESENT } from '../masks/maskStore';

/** How a lane looks, column by column of the screen. */
export interface LaneColumns {
  readonly presence: Uint8Array; // NOT_TRACKED, ABSENT or PRESENT
  readonly doubt: Uint8Array; // 0: sure, up to DOUBT_LEVELS
}

export const DOUBT_LEVELS = 4;
const LOST = 0.3; // trust below this raises no more than the strongest doubt

/** 0 where the engine is sure, up to DOUBT_LEVELS where it is not. */
export function doubtOf(trust: number): number {
  const doubt = (DOUBTFUL - trust) / (DOUBTFUL - LOST);
  return Math.ceil(DOUBT_LEVELS * Math.min(1, Math.max(0, doubt)));
}

/**
 * A column of many frames shows what is most worth seeing in it: a mask before an absence, and the greatest
 * doubt. Reads every frame once, so that ten thousand of them cost well under a millisecond.
 */
export function laneColumns(masklet: Masklet, columns: number): LaneColumns {
  const numFrames = masklet.presence.length;
  const presence = new Uint8Array(columns);
  const doubt = new Uint8Array(columns);
  for (let column = 0; column < columns; column++) {
    const first = Math.floor((column * numFrames) / columns);
    const last = Math.max(first + 1, Math.floor(((column + 1) * numFrames) / columns));
    let seen = NOT_TRACKED;
    let trust = 1;
    for (let frame = first; frame < last; frame++) {
      const here = masklet.presence[frame] as number;
      if (here > seen) seen = here;
      if (here === PRESENT && (masklet.trust[frame] as number) < trust) {
        trust = masklet.trust[frame] as number;
      }
    }
    presence[column] = seen;
    doubt[column] = doubtOf(trust);
  }
  return { presence, doubt };
}
