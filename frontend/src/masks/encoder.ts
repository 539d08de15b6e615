import type { EncodeReply, EncodeRequest } from './encode.worker';

export interface Encoded {
  readonly counts: string;
  readonly area: number;
}

/** Pictures to RLE, in a worker that starts with the first one. */
export class MaskEncoder {
  private worker: Worker | null = null;
  private lastId = 0;
  private readonly waiting = new Map<number, (encoded: Encoded) => void>();

  encode(image: ImageData, by: EncodeRequest['by']): Promise<Encoded> {
    this.worker ??= this.start();
    this.lastId += 1;
    const id = this.lastId;
    const { width, height } = image;
    const rgba = image.data as Uint8ClampedArray<ArrayBuffer>;
    const request: EncodeRequest = { id, width, height, rgba, by };
    this.worker.postMessage(request, { transfer: [rgba.buffer] });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  close(): void {
    this.worker?.terminate();
    this.waiting.clear();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./encode.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = (event: MessageEvent<EncodeReply>) => {
      this.waiting.get(event.data.id)?.(event.data);
      this.waiting.delete(event.data.id);
    };
    return worker;
  }
}
