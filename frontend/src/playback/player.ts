import type { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';

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

  async play(): Promise<void> {
    if (this.playing || this.times.numFrames < 2) return;
    if (this.target === this.times.numFrames - 1) this.seek(0);
    this.playing = true;
    this.notify();
    await this.catchUp(false);
    if (!this.playing) return;
    this.source.play(
      (frameIdx) => {
        if (!this.playing) return;
        this.shown = frameIdx;
        this.target = frameIdx;
        this.notify();
      },
      () => this.pause(),
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
