import { type TimeWindow, wholeWindow } from './timeWindow';

/** How frames lie on the timeline: each of those in the window takes an equal share of its width, in CSS pixels. */
export class Scale {
  constructor(
    readonly width: number,
    readonly numFrames: number,
    readonly window: TimeWindow = wholeWindow(numFrames),
  ) {}

  /** CSS pixels a frame. */
  get frameWidth(): number {
    return this.width / this.window.span;
  }

  /** The first and the last frame of which anything is to be seen. */
  get firstSeen(): number {
    return Math.max(0, Math.floor(this.window.from));
  }

  get lastSeen(): number {
    return Math.min(this.numFrames - 1, Math.ceil(this.window.from + this.window.span) - 1);
  }

  /** The middle of a frame. */
  x(frameIdx: number): number {
    return this.left(frameIdx + 0.5);
  }

  /** Where a frame begins. */
  left(frameIdx: number): number {
    return (frameIdx - this.window.from) * this.frameWidth;
  }

  frame(x: number): number {
    const frame = Math.floor(this.place(x));
    return Math.max(0, Math.min(this.numFrames - 1, frame));
  }

  /** The same with its fraction, and beyond the video's ends. */
  place(x: number): number {
    return this.window.from + (x * this.window.span) / this.width;
  }

  /** Frames between two labels of the ruler: a round number that leaves them `room` pixels. */
  labelStep(room: number): number {
    const least = room / this.frameWidth;
    if (!Number.isFinite(least)) return this.numFrames; // where nothing is laid out, nothing has a size
    for (let power = 1; ; power *= 10) {
      for (const digit of [1, 2, 5]) {
        if (digit * power >= least) return digit * power;
      }
    }
  }
}
