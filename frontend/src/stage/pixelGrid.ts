import type { Area, Size, View } from './view';

export const PIXELS_FROM_SCALE = 8; // CSS pixels a video pixel: nearer than this, single pixels matter

/** Lines between the video's pixels. The context's unit is a CSS pixel. */
export function drawPixelGrid(
  context: CanvasRenderingContext2D,
  view: View,
  video: Size,
  area: Area,
): void {
  if (view.scale < PIXELS_FROM_SCALE) return;
  const columns = seen(view.offsetX, view.scale, video.width, area.left, area.left + area.width);
  const rows = seen(view.offsetY, view.scale, video.height, 0, area.height);
  const left = Math.max(area.left, view.offsetX);
  const right = Math.min(area.left + area.width, view.offsetX + video.width * view.scale);
  const top = Math.max(0, view.offsetY);
  const bottom = Math.min(area.height, view.offsetY + video.height * view.scale);
  context.beginPath();
  for (let x = columns.first; x <= columns.last; x++) {
    context.moveTo(view.offsetX + x * view.scale, top);
    context.lineTo(view.offsetX + x * view.scale, bottom);
  }
  for (let y = rows.first; y <= rows.last; y++) {
    context.moveTo(left, view.offsetY + y * view.scale);
    context.lineTo(right, view.offsetY + y * view.scale);
  }
  context.globalAlpha = 1;
  context.strokeStyle = 'rgb(128 128 128 / 45%)';
  context.lineWidth = 1;
  context.stroke();
}

/** The lines 0..length that lie between two places of the stage. */
export function seen(
  offset: number,
  scale: number,
  length: number,
  from: number,
  to: number,
): { readonly first: number; readonly last: number } {
  return {
    first: Math.max(0, Math.ceil((from - offset) / scale)),
    last: Math.min(length, Math.floor((to - offset) / scale)),
  };
}
