import { ByteLru } from './lru';
import type { MaskStore } from './maskStore';
import type { OutlineReply, OutlineRequest } from './outline.worker';

const BUDGET_BYTES = 96 * 2 ** 20;
const OVERHEAD_BYTES = 256;
const PATH_FACTOR = 4; // a Path2D keeps floats and verbs beside our two bytes a coordinate
const IN_FLIGHT = 4; // few, so that a jump on the timeline does not wait for what is no longer wanted
const OBJECT_STRIDE = 2 ** 26; // frames fit below it

interface Entry {
  readonly counts: string;
  readonly path: Path2D;
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
    private readonly pathOf: (reply: OutlineReply) => Path2D = tracePath,
  ) {
    worker.onmessage = (event) => this.receive(event.data);
  }

  /**
   * The outline of an object on a frame; undefined where there is no mask, or it is still being traced. Of a mask
   * that was replaced, the old outline stays until the new one is there, so that nothing flickers.
   */
  path(objectId: number, frameIdx: number): Path2D | undefined {
    if (this.store.rle(objectId, frameIdx) === undefined) return undefined;
    return this.cache.get(keyOf(objectId, frameIdx))?.path;
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
    this.cache.set(reply.key, { counts: reply.counts, path: this.pathOf(reply) }, bytes);
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

function tracePath({ coords, ends }: OutlineReply): Path2D {
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
