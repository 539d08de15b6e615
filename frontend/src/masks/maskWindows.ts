import type { MaskRow, MaskStore } from './maskStore';

const BEHIND = 16; // frames before the playhead whose masks are wanted
const AHEAD = 96; // and after it: three seconds of playing
const FIRST_SPAN = 12; // frames in a request for the picture that is on the screen
const SPAN = 64; // frames in a request for those around it
const REST_MS = 2000; // after a request that failed, or brought nothing

export interface FetchedMasks {
  readonly lastFrame: number; // complete up to here
  readonly masks: readonly MaskRow[];
}
export type FetchMasks = (firstFrame: number, lastFrame: number) => Promise<FetchedMasks>;

/**
 * Fetches the masks around the playhead that the store knows of but does not have: of hours of video the feed sends
 * a summary, and the store forgets what was looked at long ago. One request at a time, the nearest frames first.
 */
export class MaskWindows {
  private playhead = 0;
  private fetching: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly leave: () => void;

  constructor(
    private readonly store: MaskStore,
    private readonly fetchMasks: FetchMasks,
  ) {
    this.leave = store.subscribe(() => this.look());
  }

  /** The playhead is on this frame, or goes there. */
  follow(frameIdx: number): void {
    if (frameIdx === this.playhead) return;
    this.playhead = frameIdx;
    this.look();
  }

  close(): void {
    this.leave();
    clearTimeout(this.timer);
  }

  /** Resolves when all masks on these frames are in the store; rejects where they cannot be fetched. */
  async load(firstFrame: number, lastFrame: number): Promise<void> {
    let frame = this.nextMissing(firstFrame, lastFrame);
    while (frame !== null) {
      const upto = await this.fetch(frame, Math.min(lastFrame, frame + SPAN - 1));
      frame = this.nextMissing(upto + 1, lastFrame);
    }
  }

  private look(): void {
    if (this.fetching || this.timer !== undefined) return;
    const first = this.nearestMissing();
    if (first === null) return;
    const isOnScreen = first === this.playhead;
    const last = first + (isOnScreen ? FIRST_SPAN : SPAN) - 1;
    const missing = this.store.countMissing(first, last);
    this.fetching = this.fetch(first, last)
      .then(() => this.store.countMissing(first, last) < missing)
      .catch(() => false)
      .then((hasHelped) => {
        this.fetching = null;
        if (hasHelped) this.look();
        else this.rest();
      });
  }

  /** Returns the frame up to which it is complete. */
  private async fetch(first: number, last: number): Promise<number> {
    const { summaries } = this.store;
    const { lastFrame, masks } = await this.fetchMasks(
      first,
      Math.min(last, this.store.numFrames - 1),
    );
    if (this.store.summaries === summaries) this.store.fill(masks); // else they may be old: ask again
    return lastFrame;
  }

  private rest(): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, REST_MS);
  }

  private nearestMissing(): number | null {
    return (
      this.nextMissing(this.playhead, this.playhead + AHEAD) ??
      this.nextMissing(this.playhead - BEHIND, this.playhead - 1)
    );
  }

  private nextMissing(first: number, last: number): number | null {
    for (let frame = Math.max(0, first); frame <= last && frame < this.store.numFrames; frame++) {
      if (this.store.countMissing(frame, frame) > 0) return frame;
    }
    return null;
  }
}
