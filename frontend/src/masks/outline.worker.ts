import { type Outline, outlineOf } from './outline';
import { decodeRle } from './rle';

export interface OutlineRequest {
  readonly key: number;
  readonly counts: string;
  readonly height: number; // of the video, in pixels
}

export interface OutlineReply {
  readonly key: number;
  readonly counts: string; // what was asked, so that an answer for an older mask can be told
  readonly coords: Uint16Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
}

self.onmessage = (event: MessageEvent<OutlineRequest>) => {
  const { key, counts, height } = event.data;
  const { coords, ends } = trace(counts, height);
  const reply: OutlineReply = { key, counts, coords: coords.slice(), ends: ends.slice() };
  self.postMessage(reply, { transfer: [reply.coords.buffer, reply.ends.buffer] });
};

/** A mask that cannot be read is drawn as nothing: every request must be answered. */
function trace(counts: string, height: number): Outline {
  try {
    return outlineOf(decodeRle(counts, height));
  } catch {
    return { coords: new Uint16Array(), ends: new Uint32Array() };
  }
}
