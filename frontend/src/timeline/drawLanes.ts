import { type Masklet, PRESENT } from '../masks/maskStore';
import { DOUBT_LEVELS, laneRuns } from './runs';
import type { Scale } from './scale';

export interface Lane {
  readonly objectId: number;
  readonly colour: string;
  readonly masklet: Masklet | undefined;
  readonly prompted: readonly number[];
  readonly isSelected: boolean;
}

export interface LaneGeometry {
  readonly scale: Scale;
  readonly laneHeight: number;
  readonly pixelRatio: number;
}

const BAR_PX = 8; // where the object is
const THREAD_PX = 2; // where it is not
const DOT_PX = 4.5;
const DOUBT = '233 162 59';
const DOT_REACH_PX = 8;

/** One lane per object, from top to bottom. The canvas is as wide as the scale. */
export function drawLanes(
  context: CanvasRenderingContext2D,
  lanes: readonly Lane[],
  geometry: LaneGeometry,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(geometry.pixelRatio, 0, 0, geometry.pixelRatio, 0, 0);
  lanes.forEach((lane, i) => {
    const middle = (i + 0.5) * geometry.laneHeight;
    context.fillStyle = 'rgb(255 255 255 / 7%)';
    context.fillRect(0, middle - 0.5, geometry.scale.width, 1);
    if (lane.masklet) drawMasklet(context, lane, lane.masklet, middle, geometry);
    for (const frameIdx of lane.prompted) drawDot(context, geometry.scale.x(frameIdx), middle);
  });
  context.globalAlpha = 1;
}

function drawMasklet(
  context: CanvasRenderingContext2D,
  lane: Lane,
  masklet: Masklet,
  middle: number,
  { scale, pixelRatio }: LaneGeometry,
): void {
  const columns = Math.max(1, Math.round(scale.width * pixelRatio));
  const width = scale.width / columns;
  for (const run of laneRuns(masklet, columns)) {
    const height = run.presence === PRESENT ? BAR_PX : THREAD_PX;
    const x = run.first * width;
    const length = (run.last - run.first) * width;
    context.globalAlpha = run.presence === PRESENT ? (lane.isSelected ? 0.95 : 0.7) : 0.55;
    context.fillStyle = lane.colour;
    context.fillRect(x, middle - height / 2, length, height);
    if (run.doubt === 0) continue;
    context.globalAlpha = 1;
    context.fillStyle = `rgb(${DOUBT} / ${30 + (60 * run.doubt) / DOUBT_LEVELS}%)`;
    context.fillRect(x, middle + BAR_PX / 2 + 1, length, 3);
  }
}

function drawDot(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.globalAlpha = 1;
  context.beginPath();
  context.arc(x, y, DOT_PX, 0, 2 * Math.PI);
  context.fillStyle = '#fff';
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = '#111417';
  context.stroke();
}

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
