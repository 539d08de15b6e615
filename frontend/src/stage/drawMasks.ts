import { type DrawnOutline, pixelPath } from '../masks/outlines';
import type { Look } from './look';
import { PIXELS_FROM_SCALE } from './pixelGrid';
import type { Area, View } from './view';

export interface MaskLayer extends DrawnOutline {
  readonly objectId: number;
  readonly colour: string;
  readonly emphasis: 'rest' | 'hovered' | 'selected';
}

// Times the look's own values.
const FILL = { rest: 0.85, hovered: 1.2, selected: 1.15 } as const;
const LINE = { rest: 0.85, hovered: 1.35, selected: 1.35 } as const;

/**
 * Masks as a tint with a crisp outline; a dark hairline keeps the colour apart from any picture. Where the pixels' grid is
 * drawn, the outline keeps to it: one sees which pixels are in.
 */
export function drawMasks(
  context: CanvasRenderingContext2D,
  view: View,
  pixelRatio: number,
  layers: readonly MaskLayer[],
  look: Pick<Look, 'opacity' | 'outlinePx'>,
  area: Area,
): void {
  const scale = view.scale * pixelRatio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.save();
  context.beginPath();
  context.rect(area.left * pixelRatio, 0, area.width * pixelRatio, context.canvas.height);
  context.clip();
  context.setTransform(scale, 0, 0, scale, view.offsetX * pixelRatio, view.offsetY * pixelRatio);
  context.lineJoin = 'round';
  const isNear = view.scale >= PIXELS_FROM_SCALE;
  const pathOf = (layer: MaskLayer) => (isNear ? pixelPath(layer.outline) : layer.path);
  for (const layer of layers) {
    context.globalAlpha = Math.min(1, look.opacity * FILL[layer.emphasis]);
    context.fillStyle = layer.colour;
    context.fill(pathOf(layer), 'evenodd');
  }
  for (const layer of look.outlinePx > 0 ? layers : []) {
    const path = pathOf(layer);
    const width = (look.outlinePx * LINE[layer.emphasis]) / view.scale;
    context.globalAlpha = 0.35;
    context.strokeStyle = '#000';
    context.lineWidth = width + 1.5 / view.scale;
    context.stroke(path);
    context.globalAlpha = layer.emphasis === 'rest' ? 0.85 : 1;
    context.strokeStyle = layer.colour;
    context.lineWidth = width;
    context.stroke(path);
  }
  context.restore();
}

/** The topmost object whose mask covers a spot of the video; null where there is none. */
export function objectAt(
  context: CanvasRenderingContext2D,
  layers: readonly MaskLayer[],
  x: number,
  y: number,
): number | null {
  context.setTransform(1, 0, 0, 1, 0, 0);
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i];
    if (layer && context.isPointInPath(layer.path, x, y, 'evenodd')) return layer.objectId;
  }
  return null;
}
