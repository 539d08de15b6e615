import type { Box, Point, PromptSet } from '../session/prompts';
import { type Spot, toStage, type View } from './view';

const DISC_PX = 8;
const GLYPH_PX = 3.5;
const EXCLUDE = '#e5484d';
const INK = '#14171b';

export interface PromptLook {
  readonly colour: string; // of the object
  readonly isPending: boolean;
  readonly hovered: PromptPart | null;
}

/** A part of a prompt set that a click can take away. */
export type PromptPart =
  | { readonly kind: 'point'; readonly index: number }
  | { readonly kind: 'box' };

const NEAR_PX = 11;

/** What a click at a spot of the stage would take away; the point added last lies on top. */
export function promptPartAt(view: View, set: PromptSet, spot: Spot): PromptPart | null {
  const isNear = (other: Spot) => Math.hypot(other.x - spot.x, other.y - spot.y) <= NEAR_PX;
  for (let index = set.points.length - 1; index >= 0; index--) {
    const point = set.points[index];
    if (point && isNear(toStage(view, point))) return { kind: 'point', index };
  }
  if (set.box && isNear(boxHandle(view, set.box))) return { kind: 'box' };
  return null;
}

function boxHandle(view: View, box: Box): Spot {
  return toStage(view, { x: box.x1, y: box.y0 });
}

/** Points and box of one object on the shown frame. The context's unit is a CSS pixel. */
export function drawPrompts(
  context: CanvasRenderingContext2D,
  view: View,
  set: PromptSet,
  look: PromptLook,
): void {
  context.globalAlpha = look.isPending ? 0.75 : 1;
  if (set.box) {
    drawBox(
      context,
      toStage(view, { x: set.box.x0, y: set.box.y0 }),
      toStage(view, { x: set.box.x1, y: set.box.y1 }),
      look.colour,
    );
    const handle = boxHandle(view, set.box);
    drawDisc(context, handle, INK, '#fff', look.hovered?.kind === 'box' ? 9 : 7);
    drawCross(context, handle);
  }
  set.points.forEach((point, index) => {
    const hovered = look.hovered?.kind === 'point' && look.hovered.index === index;
    drawPoint(context, toStage(view, point), point, look, hovered);
  });
  context.globalAlpha = 1;
}

/** A rectangle between two spots of the stage. */
export function drawBox(
  context: CanvasRenderingContext2D,
  from: Spot,
  to: Spot,
  colour: string,
): void {
  const rectangle = [from.x, from.y, to.x - from.x, to.y - from.y] as const;
  context.lineJoin = 'round';
  context.setLineDash([]);
  context.strokeStyle = 'rgb(0 0 0 / 45%)';
  context.lineWidth = 3.5;
  context.strokeRect(...rectangle);
  context.strokeStyle = colour;
  context.lineWidth = 1.75;
  context.strokeRect(...rectangle);
}

function drawPoint(
  context: CanvasRenderingContext2D,
  spot: Spot,
  point: Point,
  look: PromptLook,
  hovered: boolean,
): void {
  const radius = hovered ? DISC_PX + 1.5 : DISC_PX;
  if (look.isPending) {
    context.beginPath();
    context.setLineDash([3, 3]);
    context.arc(spot.x, spot.y, radius + 4, 0, 2 * Math.PI);
    context.strokeStyle = '#fff';
    context.lineWidth = 1.25;
    context.stroke();
    context.setLineDash([]);
  }
  if (point.include) drawDisc(context, spot, '#fff', look.colour, radius);
  else drawDisc(context, spot, EXCLUDE, '#fff', radius);
  context.strokeStyle = point.include ? INK : '#fff';
  context.lineWidth = 2;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(spot.x - GLYPH_PX, spot.y);
  context.lineTo(spot.x + GLYPH_PX, spot.y);
  if (point.include) {
    context.moveTo(spot.x, spot.y - GLYPH_PX);
    context.lineTo(spot.x, spot.y + GLYPH_PX);
  }
  context.stroke();
}

function drawDisc(
  context: CanvasRenderingContext2D,
  spot: Spot,
  fill: string,
  ring: string,
  radius: number,
): void {
  context.beginPath();
  context.arc(spot.x, spot.y, radius + 2.5, 0, 2 * Math.PI);
  context.fillStyle = 'rgb(0 0 0 / 40%)';
  context.fill();
  context.beginPath();
  context.arc(spot.x, spot.y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = ring;
  context.lineWidth = 2;
  context.stroke();
}

function drawCross(context: CanvasRenderingContext2D, { x, y }: Spot): void {
  context.strokeStyle = '#fff';
  context.lineWidth = 1.75;
  context.lineCap = 'round';
  context.beginPath();
  for (const side of [-1, 1]) {
    context.moveTo(x - 2.75 * side, y - 2.75);
    context.lineTo(x + 2.75 * side, y + 2.75);
  }
  context.stroke();
}
