import type { LaneGeometry } from './lanePainter';
import type { Scale } from './scale';
import type { Thumbnails } from './thumbnails';

/** A place of the filmstrip, and the frame whose picture stands there. */
export interface StripCell {
  readonly frameIdx: number;
  readonly left: number; // CSS pixels
  readonly width: number;
}

/**
 * The pictures side by side, each at least `least` pixels wide. The steps between their frames are powers of two from
 * frame 0 on, so that zooming and moving meet the same frames again, which are at hand then.
 */
export function stripCells(scale: Scale, least: number): StripCell[] {
  const step = 2 ** Math.max(0, Math.ceil(Math.log2(least / scale.frameWidth)));
  const cells: StripCell[] = [];
  for (
    let frameIdx = Math.floor(scale.firstSeen / step) * step;
    frameIdx <= scale.lastSeen;
    frameIdx += step
  ) {
    cells.push({ frameIdx, left: scale.left(frameIdx), width: step * scale.frameWidth });
  }
  return cells;
}

/** Draws what is at hand, and asks for the rest. */
export function drawFilmstrip(
  context: CanvasRenderingContext2D,
  { scale, pixelRatio }: LaneGeometry,
  height: number,
  aspect: number,
  thumbnails: Thumbnails,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  const cells = stripCells(scale, height * aspect);
  thumbnails.want(cells.map((cell) => cell.frameIdx));
  for (const { frameIdx, left, width } of cells) {
    const picture = thumbnails.get(frameIdx);
    if (!picture) continue;
    context.save();
    context.beginPath();
    context.rect(left + 0.5, 0, width - 1, height);
    context.clip();
    for (let x = left; x < left + width; x += height * aspect)
      context.drawImage(picture, x, 0, height * aspect, height);
    context.restore();
  }
}
