import type { View } from './view';

export interface MaskLayer {
  readonly objectId: number;
  readonly path: Path2D; // in video pixels
  readonly colour: string;
  readonly emphasis: 'rest' | 'hovered' | 'selected';
}

const FILL = { rest: 0.3, hovered: 0.44, selected: 0.42 } as const;
const LINE_PX = { rest: 1.25, hovered: 2, selected: 2 } as const;

/** Masks as a tint with a crisp outline; a dark hairline keeps the colour apart from any picture. */
export function drawMasks(
  context: CanvasRenderingContext2D,
  view: View,
  pixelRatio: number,
  layers: readonly MaskLayer[],
): void {
  const scale = view.scale * pixelRatio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(scale, 0, 0, scale, view.offsetX * pixelRatio, view.offsetY * pixelRatio);
  context.lineJoin = 'round';
  for (const layer of layers) {
    context.globalAlpha = FILL[layer.emphasis];
    context.fillStyle = layer.colour;
    context.fill(layer.path, 'evenodd');
  }
  for (const layer of layers) {
    const width = LINE_PX[layer.emphasis] / view.scale;
    context.globalAlpha = 0.35;
    context.strokeStyle = '#000';
    context.lineWidth = width + 1.5 / view.scale;
    context.stroke(layer.path);
    context.globalAlpha = layer.emphasis === 'rest' ? 0.85 : 1;
    context.strokeStyle = layer.colour;
    context.lineWidth = width;
    context.stroke(layer.path);
  }
  context.globalAlpha = 1;
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
