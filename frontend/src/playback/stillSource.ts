import type { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';

/** One picture per frame from the server, for browsers that cannot play the rendition. Slow, but exact. */
export class StillSource implements PictureSource {
  image: CanvasImageSource | null = null;
  private shown = 0;
  private playing = false;
  private rate = 1;

  constructor(
    private readonly load: (frameIdx: number) => Promise<HTMLImageElement>,
    private readonly times: FrameTimes,
  ) {}

  async show(frameIdx: number): Promise<void> {
    this.image = await this.load(frameIdx);
    this.shown = frameIdx;
  }

  play(onFrame: (frameIdx: number) => void, onEnd: () => void): void {
    this.playing = true;
    void this.run(onFrame, onEnd);
  }

  setRate(rate: number): void {
    this.rate = rate;
  }

  pause(): void {
    this.playing = false;
  }

  close(): void {
    this.pause();
  }

  private async run(onFrame: (frameIdx: number) => void, onEnd: () => void): Promise<void> {
    while (this.playing && this.shown + 1 < this.times.numFrames) {
      const wait = new Promise((resolve) =>
        setTimeout(resolve, (1000 * this.times.durationS(this.shown)) / this.rate),
      );
      try {
        await Promise.all([this.show(this.shown + 1), wait]);
      } catch {
        break; // the server is away; playing stops here
      }
      if (this.playing) onFrame(this.shown);
    }
    if (this.playing) onEnd();
  }
}

/** The server's exact picture of a frame. */
export async function loadStill(videoId: string, frameIdx: number): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = `/media/${videoId}/frames/${frameIdx}.jpg`;
  await picture.decode();
  return picture;
}
