import { ByteLru } from './lru';
import type { MaskStore } from './maskStore';
import { alongPixels, type Outline } from './outline';
import type { OutlineReply, OutlineRequest } from './outline.worker';

const BUDGET_BYTES = 96 * 2 ** 20;
const OVERHEAD_BYTES = 256;
const PATH_FACTOR = 5; // our two bytes a coordinate, and a Path2D's floats and verbs
const IN_FLIGHT = 4; // few, so that a jump on the timeline does not wait for what is no longer wanted
const OBJECT_STRIDE = 2 ** 26; // frames fit below it

/** The pixels from (x0, y0) up to, but not with, (x1, y1), of the video. */
export interface MaskBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** An outline to draw, in video pixels, and the box around it. */
export interface DrawnOutline {
  readonly path: Path2D;
  readonly box: MaskBox;
  readonly outline: Outline; // what the path was made of: near, the pixels' own corners come from it
}

interface Entry extends DrawnOutline {
  readonly counts: string;
}

/** What a worker must offer; the tests put a plain function behind it. */
export interface OutlineWorker {
  postMessage(request: OutlineRequest): void;
  onmessage: ((event: MessageEvent<OutlineReply>) => void) | null;
  terminate(): void;
}

/** Outlines of masks as paths in video pixels, traced once in a worker and kept while there is room. */
export class Outlines {
  private readonly cache = new ByteLru<Entry>(BUDGET_BYTES);
  private readonly asked = new Map<number, string>();
  private wanted: OutlineRequest[] = [];

  constructor(
    private readonly store: MaskStore,
    private readonly videoHeight: number,
    private readonly onArrival: () => void,
    private readonly worker: OutlineWorker = startWorker(),
    private readonly pathOf: (outline: Outline) => Path2D = tracePath,
  ) {
    worker.onmessage = (event) => this.receive(event.data);
  }

  /**
   * The outline of an object on a frame; undefined where there is no mask, or it is still being traced. Of a mask
   * that was replaced, the old outline stays until the new one is there, so that nothing flickers.
   */
  get(objectId: number, frameIdx: number): DrawnOutline | undefined {
    if (this.store.rle(objectId, frameIdx) === undefined) return undefined;
    return this.cache.get(keyOf(objectId, frameIdx));
  }

  /** What will be drawn next, most urgent frame first. Replaces the wishes of before. */
  want(frames: readonly number[], objectIds: readonly number[]): void {
    this.wanted = [];
    for (const frameIdx of frames) {
      for (const objectId of objectIds) this.wish(objectId, frameIdx);
    }
    this.ask();
  }

  close(): void {
    this.wanted = [];
    this.worker.terminate();
  }

  private wish(objectId: number, frameIdx: number): void {
    const counts = this.store.rle(objectId, frameIdx);
    const key = keyOf(objectId, frameIdx);
    if (counts === undefined || this.cache.get(key)?.counts === counts) return;
    if (this.asked.get(key) !== counts) this.wanted.push({ key, counts, height: this.videoHeight });
  }

  private ask(): void {
    while (this.asked.size < IN_FLIGHT) {
      const request = this.wanted.shift();
      if (!request) return;
      this.asked.set(request.key, request.counts);
      this.worker.postMessage(request);
    }
  }

  private receive(reply: OutlineReply): void {
    if (this.asked.get(reply.key) === reply.counts) this.asked.delete(reply.key);
    const bytes = PATH_FACTOR * (reply.coords.byteLength + reply.ends.byteLength) + OVERHEAD_BYTES;
    const { counts, coords, ends } = reply;
    const outline = { coords, ends };
    const entry = { counts, path: this.pathOf(reply), box: boxOf(coords), outline };
    this.cache.set(reply.key, entry, bytes);
    this.ask();
    this.onArrival();
  }
}

function keyOf(objectId: number, frameIdx: number): number {
  return objectId * OBJECT_STRIDE + frameIdx;
}

function startWorker(): OutlineWorker {
  return new Worker(new URL('./outline.worker.ts', import.meta.url), { type: 'module' });
}

/** An outline as a path in video pixels. */
export function tracePath({ coords, ends }: Outline): Path2D {
  const path = new Path2D();
  let start = 0;
  for (const end of ends) {
    for (let i = start; i < end; i++) {
      const x = (coords[2 * i] ?? 0) / 2;
      const y = (coords[2 * i + 1] ?? 0) / 2;
      if (i === start) path.moveTo(x, y);
      else path.lineTo(x, y);
    }
    path.closePath();
    start = end;
  }
  return path;
}

const nearPaths = new WeakMap<Outline, Path2D>();

/** The same outline along the sides of the pixels, for where single ones are seen; made once, when it is asked for. */
export function pixelPath(outline: Outline): Path2D {
  let path = nearPaths.get(outline);
  if (!path) {
    path = tracePath(alongPixels(outline));
    nearPaths.set(outline, path);
  }
  return path;
}

/** The box around an outline's coordinates, which are half pixels. */
export function boxOf(coords: Uint16Array): MaskBox {
  let [x0, y0, x1, y1] = [0xffff, 0xffff, 0, 0];
  for (let i = 0; i + 1 < coords.length; i += 2) {
    const [x, y] = [coords[i] as number, coords[i + 1] as number];
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  if (x1 === 0 && y1 === 0) return { x0: 0, y0: 0, x1: 0, y1: 0 };
  return { x0: x0 / 2, y0: y0 / 2, x1: x1 / 2, y1: y1 / 2 };
}
