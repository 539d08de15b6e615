import { ByteLru } from '../masks/lru';

const BUDGET_BYTES = 24 * 2 ** 20;
const IN_FLIGHT = 2; // few: the server decodes each

/** Small pictures of frames, fetched once and kept while there is room; the newest wishes come first. */
export class Thumbnails {
  private readonly kept = new ByteLru<ImageBitmap>(BUDGET_BYTES);
  private readonly asked = new Set<number>();
  private wanted: number[] = [];

  constructor(
    private readonly fetchOne: (frameIdx: number) => Promise<ImageBitmap>,
    private readonly onArrival: () => void,
  ) {}

  get(frameIdx: number): ImageBitmap | undefined {
    return this.kept.get(frameIdx);
  }

  /** What is in sight, most wanted first. Replaces the wishes of before. */
  want(frames: readonly number[]): void {
    this.wanted = frames.filter((frame) => !this.kept.has(frame) && !this.asked.has(frame));
    this.ask();
  }

  private ask(): void {
    while (this.asked.size < IN_FLIGHT) {
      const frameIdx = this.wanted.shift();
      if (frameIdx === undefined) return;
      this.asked.add(frameIdx);
      void this.load(frameIdx);
    }
  }

  private async load(frameIdx: number): Promise<void> {
    try {
      const picture = await this.fetchOne(frameIdx);
      this.kept.set(frameIdx, picture, 4 * picture.width * picture.height);
      this.onArrival();
    } catch {
      // the server is away or busy: the next drawing asks again
    } finally {
      this.asked.delete(frameIdx);
      this.ask();
    }
  }
}

export async function fetchThumbnail(url: string): Promise<ImageBitmap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return createImageBitmap(await response.blob());
}
