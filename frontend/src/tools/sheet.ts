import { decodeRle } from '../masks/rle';
import type { Size, View } from '../stage/view';
import { contextOf } from '../ui/contextOf';
import { packed } from '../ui/packed';
import type { Spot } from './pointerTool';

/** A sheet of the video's size to paint a mask on. What is painted is opaque, the rest is clear. */
export class MaskSheet {
  private readonly canvas: OffscreenCanvas;
  private readonly context: OffscreenCanvasRenderingContext2D;

  constructor(
    private readonly size: Size,
    private readonly colour: string,
  ) {
    this.canvas = new OffscreenCanvas(size.width, size.height);
    this.context = contextOf(this.canvas, { willReadFrequently: true });
  }

  /** Begin with a mask that is there. */
  load(counts: string): void {
    const patch = decodeRle(counts, this.size.height);
    if (patch.width === 0 || patch.height === 0) return;
    const image = new ImageData(patch.width, patch.height);
    const pixels = new Uint32Array(image.data.buffer);
    const opaque = packed(this.colour, 1);
    for (let i = 0; i < pixels.length; i++) if (patch.bits[i] === 1) pixels[i] = opaque;
    this.context.putImageData(image, patch.x0, patch.y0);
  }

  /** A round brush of `brushPx` pixels, from one spot to another. */
  stroke(from: Spot, to: Spot, brushPx: number, adds: boolean): void {
    const { context } = this;
    this.mix(adds);
    context.strokeStyle = this.colour;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.lineWidth = brushPx;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + (from.x === to.x && from.y === to.y ? 0.001 : 0), to.y); // a dot is a short line
    context.stroke();
  }

  fill(vertices: readonly Spot[], adds: boolean): void {
    const { context } = this;
    this.mix(adds);
    context.fillStyle = this.colour;
    context.beginPath();
    for (const { x, y } of vertices) context.lineTo(x, y);
    context.fill();
  }

  draw(target: CanvasRenderingContext2D, view: View, opacity: number): void {
    target.save();
    target.globalAlpha = opacity;
    target.imageSmoothingEnabled = view.scale < 4;
    target.drawImage(
      this.canvas,
      view.offsetX,
      view.offsetY,
      this.size.width * view.scale,
      this.size.height * view.scale,
    );
    target.restore();
  }

  pixels(): ImageData {
    return this.context.getImageData(0, 0, this.size.width, this.size.height);
  }

  private mix(adds: boolean): void {
    this.context.globalCompositeOperation = adds ? 'source-over' : 'destination-out';
  }
}
