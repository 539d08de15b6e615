/**
 * Frame index <-> time in the rendition. Frame i is on screen from `startsS[i]` up to the start of the next;
 * the intervals may differ (variable frame rate).
 */
export class FrameTimes {
  readonly numFrames: number;

  constructor(private readonly startsS: readonly number[]) {
    this.numFrames = startsS.length;
  }

  startS(frameIdx: number): number {
    return this.startsS[this.clamp(frameIdx)] ?? 0;
  }

  /** The middle of the frame's interval: a seek there meets this frame, whatever the player rounds. */
  middleS(frameIdx: number): number {
    const i = this.clamp(frameIdx);
    return this.startS(i) + this.durationS(i) / 2;
  }

  /** How long the frame stays; the last one as long as the one before it. */
  durationS(frameIdx: number): number {
    const i = Math.min(this.clamp(frameIdx), this.numFrames - 2);
    if (i < 0) return 1 / 30;
    return this.startS(i + 1) - this.startS(i);
  }

  /** The frame whose start is nearest: for the time stamp of a frame that is shown. */
  nearest(timeS: number): number {
    const i = this.at(timeS);
    return this.startS(i + 1) - timeS < timeS - this.startS(i) ? this.clamp(i + 1) : i;
  }

  /** The frame that is on screen at a time. */
  at(timeS: number): number {
    let low = 0;
    let high = this.numFrames - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.startS(middle) <= timeS) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  clamp(frameIdx: number): number {
    return Math.max(0, Math.min(this.numFrames - 1, Math.round(frameIdx)));
  }
}
