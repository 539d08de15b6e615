/** How frames lie on the timeline: each takes an equal share of its width, in CSS pixels. */
export class Scale {
  constructor(
    readonly width: number,
    readonly numFrames: number,
  ) {}

  /** The middle of a frame. */
  x(frameIdx: number): number {
    return ((frameIdx + 0.5) * this.width) / this.numFrames;
  }

  /** Where a frame begins. */
  left(frameIdx: number): number {
    return (frameIdx * this.width) / this.numFrames;
  }

  frame(x: number): number {
    const frame = Math.floor((x * this.numFrames) / this.width);
    return Math.max(0, Math.min(this.numFrames - 1, frame));
  }

  /** Frames between two labels of the ruler: a round number that leaves them `room` pixels. */
  labelStep(room: number): number {
    const least = (room * this.numFrames) / this.width;
    for (let power = 1; ; power *= 10) {
      for (const digit of [1, 2, 5]) {
        if (digit * power >= least) return digit * power;
      }
    }
  }
}
