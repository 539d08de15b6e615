import { ABSENT, type Coverage, DOUBT_LEVELS, PRESENT } from '../masks/coverage';
import { laneColumns } from './columns';
import type { Scale } from './scale';

export interface Lane {
  readonly objectId: number;
  readonly colour: string; // #rrggbb
  readonly coverage: Coverage | undefined;
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
const DOUBT_PX = 3; // under the bar, where the engine is unsure
const DOT_PX = 4.5;
const DOUBT_COLOUR = '#e9a23b';
const ROWS = 3; // of a lane in the strip: bar, thread, doubt

/**
 * Draws one lane per object, from top to bottom. A lane is first written as rows of single pixels, one a
 * column, which are then stretched to their height: the cost does not grow with what the masks look like.
 */
export class LanePainter {
  private readonly strip = document.createElement('canvas');

  draw(context: CanvasRenderingContext2D, lanes: readonly Lane[], geometry: LaneGeometry): void {
    const { width } = geometry.scale;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(geometry.pixelRatio, 0, 0, geometry.pixelRatio, 0, 0);
    context.imageSmoothingEnabled = false;
    this.writeStrip(lanes, Math.max(1, Math.round(width * geometry.pixelRatio)));
    lanes.forEach((lane, i) => {
      const middle = (i + 0.5) * geometry.laneHeight;
      context.fillStyle = 'rgb(255 255 255 / 7%)';
      context.fillRect(0, middle - 0.5, width, 1);
      if (lane.coverage) this.stretch(context, ROWS * i, middle, width);
      for (const frameIdx of lane.prompted) drawDot(context, geometry.scale.x(frameIdx), middle);
    });
  }

  private writeStrip(lanes: readonly Lane[], columns: number): void {
    const { strip } = this;
    strip.width = columns; // also clears it
    strip.height = Math.max(1, ROWS * lanes.length);
    const context = strip.getContext('2d');
    if (!context) throw new Error('This browser cannot draw on a canvas.');
    const image = context.createImageData(strip.width, strip.height);
    const pixels = new Uint32Array(image.data.buffer);
    lanes.forEach((lane, i) => {
      if (lane.coverage)
        writeLane(pixels.subarray(ROWS * i * columns), columns, lane, lane.coverage);
    });
    context.putImageData(image, 0, 0);
  }

  private stretch(
    context: CanvasRenderingContext2D,
    row: number,
    middle: number,
    width: number,
  ): void {
    const rows = [
      { top: middle - BAR_PX / 2, height: BAR_PX },
      { top: middle - THREAD_PX / 2, height: THREAD_PX },
      { top: middle + BAR_PX / 2 + 1, height: DOUBT_PX },
    ];
    rows.forEach(({ top, height }, i) => {
      context.drawImage(this.strip, 0, row + i, this.strip.width, 1, 0, top, width, height);
    });
  }
}

function writeLane(pixels: Uint32Array, columns: number, lane: Lane, coverage: Coverage): void {
  const bar = packed(lane.colour, lane.isSelected ? 0.95 : 0.7);
  const thread = packed(lane.colour, 0.55);
  const doubts = Array.from({ length: DOUBT_LEVELS + 1 }, (_, level) =>
    level === 0 ? 0 : packed(DOUBT_COLOUR, 0.4 + (0.55 * level) / DOUBT_LEVELS),
  );
  const { presence, doubt } = laneColumns(coverage, columns);
  for (let column = 0; column < columns; column++) {
    if (presence[column] === PRESENT) {
      pixels[column] = bar;
      pixels[2 * columns + column] = doubts[doubt[column] as number] as number;
    } else if (presence[column] === ABSENT) {
      pixels[columns + column] = thread;
    }
  }
}

/** A colour as the bytes of image data, on the little-endian machines that browsers run on. */
export function packed(colour: string, alpha: number): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255];
  return ((Math.round(255 * alpha) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function drawDot(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.arc(x, y, DOT_PX, 0, 2 * Math.PI);
  context.fillStyle = '#fff';
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = '#111417';
  context.stroke();
}
