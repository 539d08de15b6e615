import { type Size, toStage, type View } from '../stage/view';
import type { Spot } from './pointerTool';
import type { PolygonState } from './polygonTool';

/** Where the brush would paint, as a ring. The context's unit is a CSS pixel. */
export function drawBrushRing(
  context: CanvasRenderingContext2D,
  view: View,
  at: Spot,
  brushPx: number,
): void {
  const { x, y } = toStage(view, at);
  for (const [width, colour] of [
    [3, 'rgb(0 0 0 / 55%)'],
    [1.25, '#fff'],
  ] as const) {
    context.beginPath();
    context.arc(x, y, Math.max(1.5, (brushPx * view.scale) / 2), 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

export function drawPolygon(
  context: CanvasRenderingContext2D,
  view: View,
  { vertices, cursor, adds }: PolygonState,
  colour: string,
): void {
  if (vertices.length === 0) return;
  const spots = vertices.map((vertex) => toStage(view, vertex));
  context.beginPath();
  for (const { x, y } of spots) context.lineTo(x, y);
  if (cursor) {
    const { x, y } = toStage(view, cursor);
    context.lineTo(x, y);
  }
  context.globalAlpha = 0.25;
  context.fillStyle = adds ? colour : '#e5484d';
  context.fill();
  context.globalAlpha = 1;
  context.lineJoin = 'round';
  context.strokeStyle = 'rgb(0 0 0 / 50%)';
  context.lineWidth = 3.5;
  context.stroke();
  context.strokeStyle = adds ? colour : '#e5484d';
  context.lineWidth = 1.75;
  context.stroke();
  spots.forEach(({ x, y }, i) => {
    context.beginPath();
    context.arc(x, y, i === 0 ? 5.5 : 3.5, 0, 2 * Math.PI);
    context.fillStyle = '#fff';
    context.fill();
    context.strokeStyle = 'rgb(0 0 0 / 60%)';
    context.lineWidth = 1.25;
    context.stroke();
  });
}

/** The mask that a click would give: dashed, since it is not there yet. */
export function drawAhead(
  context: CanvasRenderingContext2D,
  view: View,
  path: Path2D,
  colour: string,
  area: Size,
): void {
  context.save();
  context.beginPath();
  context.rect(0, 0, area.width, area.height);
  context.clip();
  context.translate(view.offsetX, view.offsetY);
  context.scale(view.scale, view.scale);
  context.globalAlpha = 0.3;
  context.fillStyle = colour;
  context.fill(path, 'evenodd');
  context.globalAlpha = 1;
  context.strokeStyle = '#fff';
  context.lineWidth = 1.75 / view.scale;
  context.setLineDash([6 / view.scale, 4 / view.scale]);
  context.stroke(path);
  context.restore();
}
