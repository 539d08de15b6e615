import type { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';
import type { FrameRange } from './range';

/**
 * The playhead: which frame is on the screen, and which was asked for. Outside React, since it changes with
 * every frame; who needs it subscribes and writes to the DOM or a canvas.
 */
export class Player {
  /** The frame whose picture is drawn. */
  shown = 0;
  /** The frame that was asked for last: the picture follows as soon as it can. */
  target = 0;
  playing = false;
  /** How fast it plays: 1 as the video wants it; below 0 backwards. */
  rate = 1;
  /** Playing goes round in it; null: up to the end. */
  loop: FrameRange | null = null;
  /** 0..1 while the rendition is being made, so that pictures come slowly; null: nothing to wait for. */
  preparing: number | null = null;
  private chase: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    private source: PictureSource,
    readonly times: FrameTimes,
  ) {}

  get image(): CanvasImageSource | null {
    return this.source.image;
  }

  /** Hear of every change of picture, playhead and playing, while it is on its way to the screen. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Go on with another source, at the same place. */
  replaceSource(source: PictureSource): void {
    const wasPlaying = this.playing;
    this.source.close();
    this.source = source;
    this.playing = false;
    this.chase = null;
    if (wasPlaying) void this.play();
    else void this.catchUp(true);
  }

  prepare(done: number | null): void {
    this.preparing = done;
    this.notify();
  }

  /** Seeks are coalesced: while one runs, only the newest wish is kept. */
  seek(frameIdx: number): void {
    this.target = this.times.clamp(frameIdx);
    if (this.playing) this.halt();
    void this.catchUp(false); // first, so that nobody draws what the source shows by chance
    this.notify();
  }

  step(frames: number): void {
    this.seek(this.target + frames);
  }

  /** Show the target's picture even if it is thought to be there: for the first frame. */
  start(): void {
    void this.catchUp(true);
  }

  toggle(): void {
    if (this.playing) this.pause();
    else void this.play();
  }

  /** Change how fast it plays, or will play. */
  setRate(rate: number): void {
    const turns = rate < 0 || this.rate < 0;
    this.rate = rate;
    if (this.playing && turns) {
      this.halt();
      void this.play();
    } else if (this.playing) {
      this.source.setRate(rate);
    }
    this.notify();
  }

  async play(): Promise<void> {
    if (this.playing || this.times.numFrames < 2) return;
    const start = this.startOfPlay();
    if (start !== this.target) this.seek(start);
    this.playing = true;
    this.notify();
    await this.catchUp(false);
    if (!this.playing) return;
    if (this.rate < 0) {
      void this.playBack();
      return;
    }
    this.source.setRate(this.rate);
    this.source.play(
      (frameIdx) => {
        if (!this.playing) return;
        this.shown = frameIdx;
        this.target = frameIdx;
        this.notify();
        if (this.loop && frameIdx >= this.loop.last) this.again();
      },
      () => (this.loop ? this.again() : this.pause()),
    );
  }

  /** Stops on the frame that is drawn, and makes sure that it is exactly this one. */
  pause(): void {
    if (!this.playing) return;
    this.halt();
    void this.catchUp(true); // first, as above
    this.notify();
  }

  close(): void {
    this.listeners.clear();
    this.source.close();
  }

  private halt(): void {
    this.playing = false;
    this.source.pause();
  }

  /** Where playing begins: here, or at the other end if there is nothing left to play. */
  private startOfPlay(): number {
    const { first, last } = this.loop ?? { first: 0, last: this.times.numFrames - 1 };
    if (this.rate < 0) {
      const isOutside = this.loop !== null && this.target > last;
      return this.target <= first || isOutside ? last : this.target;
    }
    const isOutside = this.loop !== null && this.target < first;
    return this.target >= last || isOutside ? first : this.target;
  }

  private again(): void {
    if (!this.playing) return;
    this.halt();
    void this.play();
  }

  /** No browser plays backwards, so frame by frame, by the clock: what comes too late is left out. */
  private async playBack(): Promise<void> {
    const fromS = this.times.startS(this.target);
    const startedMs = performance.now();
    const { rate } = this;
    const first = this.loop?.first ?? 0;
    while (this.playing && this.rate === rate) {
      const placeS = fromS + (rate * (performance.now() - startedMs)) / 1000;
      const next = Math.max(first, Math.min(this.target, this.times.at(placeS)));
      if (next !== this.target) {
        this.target = next;
        await this.catchUp(false);
      }
      if (this.target <= first) {
        if (this.loop) this.again();
        else this.pause();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
  }

  /** Resolves when the picture is the target's. */
  private catchUp(again: boolean): Promise<void> {
    if (this.chase) return this.chase;
    const chase = this.chaseTarget(this.source, again).finally(() => {
      if (this.chase === chase) this.chase = null;
    });
    this.chase = chase;
    return chase;
  }

  private async chaseTarget(source: PictureSource, again: boolean): Promise<void> {
    let first = again;
    while (first || this.shown !== this.target) {
      first = false;
      const wanted = this.target;
      try {
        await source.show(wanted);
      } catch {
        return; // the picture could not be had; the next seek tries again
      }
      if (source !== this.source) return;
      this.shown = wanted;
      this.notify();
    }
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}
