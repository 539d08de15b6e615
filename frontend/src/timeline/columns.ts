import { type Coverage, doubtIn, hasVerified, presenceIn } from '../masks/coverage';
import type { Scale } from './scale';

/** How a lane looks, column by column of the screen. */
export interface LaneColumns {
  readonly presence: Uint8Array; // NOT_TRACKED, ABSENT or PRESENT
  readonly doubt: Uint8Array; // 0: sure, up to DOUBT_LEVELS
  readonly verified: Uint8Array; // 1 where a person verified a frame
}

/** A column of many frames shows what is most worth seeing in it: a mask before an absence, and the greatest doubt. */
export function laneColumns(coverage: Coverage, scale: Scale, columns: number): LaneColumns {
  const presence = new Uint8Array(columns);
  const doubt = new Uint8Array(columns);
  const verified = new Uint8Array(columns);
  const { from, span } = scale.window;
  for (let column = 0; column < columns; column++) {
    const first = Math.floor(from + (column * span) / columns);
    const next = Math.max(first + 1, Math.floor(from + ((column + 1) * span) / columns));
    const look = coverage.within(first, next - 1);
    presence[column] = presenceIn(look);
    doubt[column] = doubtIn(look);
    verified[column] = Number(hasVerified(look));
  }
  return { presence, doubt, verified };
}
