import { type Coverage, doubtIn, presenceIn } from '../masks/coverage';

/** How a lane looks, column by column of the screen. */
export interface LaneColumns {
  readonly presence: Uint8Array; // NOT_TRACKED, ABSENT or PRESENT
  readonly doubt: Uint8Array; // 0: sure, up to DOUBT_LEVELS
}

/** A column of many frames shows what is most worth seeing in it: a mask before an absence, and the greatest doubt. */
export function laneColumns(coverage: Coverage, columns: number): LaneColumns {
  const { numFrames } = coverage;
  const presence = new Uint8Array(columns);
  const doubt = new Uint8Array(columns);
  for (let column = 0; column < columns; column++) {
    const first = Math.floor((column * numFrames) / columns);
    const next = Math.max(first + 1, Math.floor(((column + 1) * numFrames) / columns));
    const look = coverage.within(first, next - 1);
    presence[column] = presenceIn(look);
    doubt[column] = doubtIn(look);
  }
  return { presence, doubt };
}
