import type { FrameRange } from '../playback/range';
import type { LaneGeometry } from './lanePainter';

/** What the ruler marks beside the frames' numbers. */
export interface RulerMarks {
  readonly range: FrameRange | null; // in and out
  readonly cuts: readonly number[]; // the first frames of scenes, in order
}

const CUT_PX = 3.5;

/** Frame numbers and ticks along the top, the range between in and out, and where scenes begin. */
export function drawRuler(
  context: CanvasRenderingContext2D,
  { scale, pixelRatio }: LaneGeometry,
  height: number,
  fontPx: number,
  marks: RulerMarks,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  if (marks.range) {
    const left = scale.left(marks.range.first);
    context.fillStyle = 'rgb(127 180 255 / 22%)';
    context.fillRect(left, 0, scale.left(marks.range.last + 1) - left, height);
  }
  context.font = `500 ${fontPx}px "Inter Variable", system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const step = scale.labelStep(6 * fontPx);
  const tick = scale.labelStep(fontPx);
  const first = Math.ceil(scale.firstSeen / tick) * tick;
  for (let frameIdx = first; frameIdx <= scale.lastSeen; frameIdx += tick) {
    const x = scale.left(frameIdx);
    const isLabelled = frameIdx % step === 0;
    context.fillStyle = isLabelled ? '#4a535c' : '#2c333a';
    context.fillRect(x, isLabelled ? 3 : height - 6, 1, height);
    if (!isLabelled || x + 5 * fontPx > scale.width) continue;
    context.fillStyle = '#929ca7';
    context.fillText(String(frameIdx), x + 5, height / 2);
  }
  context.fillStyle = '#e9a23b';
  for (const cut of marks.cuts) {
    if (cut < scale.firstSeen || cut > scale.lastSeen) continue;
    const x = scale.left(cut);
    context.beginPath();
    context.moveTo(x - CUT_PX, height);
    context.lineTo(x + CUT_PX, height);
    context.lineTo(x, height - 2 * CUT_PX);
    context.fill();
  }
}
