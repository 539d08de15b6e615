import { ABSENT, type Coverage, DOUBT_LEVELS, hasVerified, PRESENT } from '../masks/coverage';
import { contextOf } from '../ui/contextOf';
import { packed } from '../ui/packed';
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

/** The lanes that are in sight: from `first` up to, but not with, `end`. */
export interface LaneSlice {
  readonly first: number;
  readonly end: number;
}

const BAR_PX = 8; // where the object is
const DOUBT_PX = 3; // under the bar, where the mask deserves a look
const VERIFIED_PX = 2; // over the bar
const DIAMOND_PX = 5.5;
const TICK_FROM_PX = 9; // a frame this wide has room for a tick of its own
const APART_PX = 3; // of diamonds, which would hide each other: imports bring one on each of many frames
const DOUBT_COLOUR = '#e9a23b';
const VERIFIED_COLOUR = '#58c08a';
const HATCH = 3; // of so many columns, one is drawn where the object is absent
const ROWS = 4; // of a lane in the strip: bar, absence, doubt, verified

/**
 * Draws one lane per object, from top to bottom. A lane is first written as rows of single pixels, one a
 * column, which are then stretched to their height: the cost does not grow with what the masks look like.
 */
export class LanePainter {
  private readonly strip = document.createElement('canvas');

  draw(
    context: CanvasRenderingContext2D,
    lanes: readonly Lane[],
    seen: LaneSlice,
    geometry: LaneGeometry,
  ): void {
    const { scale, laneHeight, pixelRatio } = geometry;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.imageSmoothingEnabled = false;
    const shown = lanes.slice(seen.first, seen.end);
    this.writeStrip(shown, scale, Math.max(1, Math.round(scale.width * pixelRatio)));
    shown.forEach((lane, i) => {
      const middle = (seen.first + i + 0.5) * laneHeight;
      context.fillStyle = 'rgb(255 255 255 / 7%)';
      context.fillRect(0, middle - 0.5, scale.width, 1);
      if (lane.coverage) this.stretch(context, ROWS * i, middle, scale.width);
      if (lane.coverage && scale.frameWidth >= TICK_FROM_PX)
        drawTicks(context, lane.coverage, scale, middle);
      let drawnAt = Number.NEGATIVE_INFINITY;
      for (const frameIdx of lane.prompted) {
        if (frameIdx < scale.firstSeen || frameIdx > scale.lastSeen) continue;
        const x = scale.x(frameIdx);
        if (x - drawnAt < APART_PX) continue; // it would lie under the one before
        drawDiamond(context, x, middle);
        drawnAt = x;
      }
    });
  }

  private writeStrip(lanes: readonly Lane[], scale: Scale, columns: number): void {
    const { strip } = this;
    strip.width = columns; // also clears it
    strip.height = Math.max(1, ROWS * lanes.length);
    const context = contextOf(strip);
    const image = context.createImageData(strip.width, strip.height);
    const pixels = new Uint32Array(image.data.buffer);
    lanes.forEach((lane, i) => {
      if (lane.coverage)
        writeLane(pixels.subarray(ROWS * i * columns), columns, lane, lane.coverage, scale);
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
      { top: middle - BAR_PX / 2, height: BAR_PX },
      { top: middle + BAR_PX / 2 + 1, height: DOUBT_PX },
      { top: middle - BAR_PX / 2 - VERIFIED_PX - 1, height: VERIFIED_PX },
    ];
    rows.forEach(({ top, height }, i) => {
      context.drawImage(this.strip, 0, row + i, this.strip.width, 1, 0, top, width, height);
    });
  }
}

function writeLane(
  pixels: Uint32Array,
  columns: number,
  lane: Lane,
  coverage: Coverage,
  scale: Scale,
): void {
  const bar = packed(lane.colour, lane.isSelected ? 0.95 : 0.7);
  const hatch = packed(lane.colour, 0.5);
  const tick = packed(VERIFIED_COLOUR, 0.95);
  const doubts = Array.from({ length: DOUBT_LEVELS + 1 }, (_, level) =>
    level === 0 ? 0 : packed(DOUBT_COLOUR, 0.4 + (0.55 * level) / DOUBT_LEVELS),
  );
  const { presence, doubt, verified } = laneColumns(coverage, scale, columns);
  for (let column = 0; column < columns; column++) {
    if (presence[column] === PRESENT) {
      pixels[column] = bar;
      pixels[2 * columns + column] = doubts[doubt[column] as number] as number;
    } else if (presence[column] === ABSENT && column % HATCH === 0) {
      pixels[columns + column] = hatch;
    }
    if (verified[column]) pixels[3 * columns + column] = tick;
  }
}

function drawDiamond(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x, y - DIAMOND_PX);
  context.lineTo(x + DIAMOND_PX, y);
  context.lineTo(x, y + DIAMOND_PX);
  context.lineTo(x - DIAMOND_PX, y);
  context.closePath();
  context.fillStyle = '#fff';
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = '#111417';
  context.stroke();
}

/** A tick on each verified frame, where they are wide enough. */
function drawTicks(
  context: CanvasRenderingContext2D,
  coverage: Coverage,
  scale: Scale,
  middle: number,
): void {
  context.strokeStyle = '#0b2417';
  context.lineWidth = 1.75;
  context.beginPath();
  for (let frameIdx = scale.firstSeen; frameIdx <= scale.lastSeen; frameIdx++) {
    if (!hasVerified(coverage.at(frameIdx))) continue;
    const x = scale.x(frameIdx);
    context.moveTo(x - 3, middle);
    context.lineTo(x - 0.8, middle + 2.4);
    context.lineTo(x + 3.2, middle - 2.6);
  }
  context.stroke();
}
