import type { Lane } from './lanePainter';
import type { Scale } from './scale';

const DOT_REACH_PX = 8;

/** The prompted frame whose dot is at `x`; null where there is none. */
export function dotAt(lane: Lane, scale: Scale, x: number): number | null {
  let nearest: number | null = null;
  let distance = DOT_REACH_PX;
  for (const frameIdx of lane.prompted) {
    const away = Math.abs(scale.x(frameIdx) - x);
    if (away <= distance) [nearest, distance] = [frameIdx, away];
  }
  return nearest;
}
