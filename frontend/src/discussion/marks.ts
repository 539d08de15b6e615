import type { LaneGeometry } from '../timeline/lanePainter';
import type { Scale } from '../timeline/scale';
import type { Thread } from './comments';

const MARK = '#7fb4ff';
const TOP_PX = 2;
const SIZE_PX = 7;
const REACH_PX = 7;

/** A speech mark at the top of the ruler for each frame with an open thread. */
export function drawCommentMarks(
  context: CanvasRenderingContext2D,
  { scale, pixelRatio }: LaneGeometry,
  frames: readonly number[],
): void {
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = MARK;
  for (const frameIdx of frames) {
    if (frameIdx < scale.firstSeen || frameIdx > scale.lastSeen) continue;
    const x = scale.x(frameIdx);
    context.beginPath();
    context.roundRect(x - SIZE_PX / 2, TOP_PX, SIZE_PX, SIZE_PX - 1, 2);
    context.moveTo(x - 2, TOP_PX + SIZE_PX - 1);
    context.lineTo(x + 2, TOP_PX + SIZE_PX - 1);
    context.lineTo(x, TOP_PX + SIZE_PX + 2);
    context.fill();
  }
}

/** The open thread whose mark is at `x` of the ruler; null where there is none. */
export function threadAt(threads: readonly Thread[], scale: Scale, x: number): Thread | null {
  let nearest: Thread | null = null;
  let distance = REACH_PX;
  for (const thread of threads) {
    const away = Math.abs(scale.x(thread.first.frameIdx) - x);
    if (thread.isResolved || away > distance) continue;
    if (nearest && away === distance) continue; // the oldest of a frame
    [nearest, distance] = [thread, away];
  }
  return nearest;
}
