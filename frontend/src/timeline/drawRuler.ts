import type { LaneGeometry } from './lanePainter';

/** Frame numbers and ticks along the top. */
export function drawRuler(
  context: CanvasRenderingContext2D,
  { scale, pixelRatio }: LaneGeometry,
  height: number,
  fontPx: number,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.font = `500 ${fontPx}px "Inter Variable", system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const step = scale.labelStep(6 * fontPx);
  const tick = scale.labelStep(fontPx);
  for (let frameIdx = 0; frameIdx < scale.numFrames; frameIdx += tick) {
    const x = scale.left(frameIdx);
    const isLabelled = frameIdx % step === 0;
    context.fillStyle = isLabelled ? '#4a535c' : '#2c333a';
    context.fillRect(x, isLabelled ? 3 : height - 6, 1, height);
    if (!isLabelled || x + 5 * fontPx > scale.width) continue;
    context.fillStyle = '#828c97';
    context.fillText(String(frameIdx), x + 5, height / 2);
  }
}
