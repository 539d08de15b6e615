import { encodeRle } from './rle';

export interface EncodeRequest {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>; // a painted sheet, or a picture of a mask
  readonly by: 'alpha' | 'colour';
}

export interface EncodeReply {
  readonly id: number;
  readonly counts: string;
  readonly area: number;
}

self.onmessage = (event: MessageEvent<EncodeRequest>) => {
  const { id, width, height, rgba, by } = event.data;
  const reply: EncodeReply = { id, ...encodeRle(width, height, pixelTest(rgba, by)) };
  self.postMessage(reply);
};

/** A sheet is painted where it is not clear; a picture of a mask is the object where it is not black. */
function pixelTest(rgba: Uint8ClampedArray, by: EncodeRequest['by']): (pixel: number) => boolean {
  const isOpaque = (pixel: number) => (rgba[4 * pixel + 3] ?? 0) >= 128;
  if (by === 'alpha') return isOpaque;
  return (pixel) => {
    const at = 4 * pixel;
    return isOpaque(pixel) && ((rgba[at] ?? 0) | (rgba[at + 1] ?? 0) | (rgba[at + 2] ?? 0)) > 0;
  };
}
