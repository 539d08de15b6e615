import type { MaskFields } from '../api/generated';

export const NOT_TRACKED = 0;
export const ABSENT = 1; // tracked, and the object is not on this frame
export const PRESENT = 2;

/** Trust below this deserves a look. */
export const DOUBTFUL = 0.8;

/** One object's masklet, by frame. Typed arrays, so that the timeline can read ten thousand frames a draw. */
export interface Masklet {
  readonly presence: Uint8Array; // NOT_TRACKED, ABSENT or PRESENT
  readonly trust: Float32Array; // 0..1: how sure the engine is of the mask
  readonly rle: (string | undefined)[];
  /** How many frames are tracked, with or without the object. */
  tracked: number;
}

export type MaskRow = Pick<
  MaskFields,
  'objectId' | 'frameIdx' | 'rle' | 'area' | 'objectScore' | 'predictedIou'
>;

/**
 * All masks of a session, outside React: compact RLE strings by object and frame. Listeners hear of each batch
 * once; what reads the store does so when it draws.
 */
export class MaskStore {
  private readonly masklets = new Map<number, Masklet>();
  private readonly listeners = new Set<() => void>();
  private newestFrame = -1;

  constructor(readonly numFrames: number) {}

  masklet(objectId: number): Masklet | undefined {
    return this.masklets.get(objectId);
  }

  rle(objectId: number, frameIdx: number): string | undefined {
    return this.masklets.get(objectId)?.rle[frameIdx];
  }

  /** Frames on which the object has a mask, or is known to be absent. */
  trackedFrames(objectId: number): number {
    return this.masklets.get(objectId)?.tracked ?? 0;
  }

  /** The frame of the mask that arrived last: where tracking is. -1 before the first. */
  get latestFrame(): number {
    return this.newestFrame;
  }

  /** The nearest frame after (or before) `from` on which the object's mask is doubtful; null where none is. */
  doubtfulFrame(objectId: number, from: number, after: boolean): number | null {
    const masklet = this.masklets.get(objectId);
    if (!masklet) return null;
    const step = after ? 1 : -1;
    const isDoubtful = (frame: number) =>
      masklet.presence[frame] === PRESENT && (masklet.trust[frame] ?? 1) < DOUBTFUL;
    let frame = from;
    while (isDoubtful(frame)) frame += step; // out of the stretch that we are in
    for (; frame >= 0 && frame < this.numFrames; frame += step) {
      if (isDoubtful(frame)) return frame;
    }
    return null;
  }

  apply(rows: readonly MaskRow[]): void {
    for (const row of rows) this.put(row);
    if (rows.length > 0) this.notify();
  }

  removeObject(objectId: number): void {
    if (this.masklets.delete(objectId)) this.notify();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private put(row: MaskRow): void {
    if (row.frameIdx < 0 || row.frameIdx >= this.numFrames) return;
    const masklet = this.maskletFor(row.objectId);
    const before = masklet.presence[row.frameIdx];
    const after = row.rle === null ? NOT_TRACKED : row.area > 0 ? PRESENT : ABSENT;
    masklet.presence[row.frameIdx] = after;
    masklet.trust[row.frameIdx] = trustOf(row);
    masklet.rle[row.frameIdx] = after === PRESENT ? row.rle?.counts : undefined;
    masklet.tracked += Number(after !== NOT_TRACKED) - Number(before !== NOT_TRACKED);
    if (after !== NOT_TRACKED) this.newestFrame = row.frameIdx;
  }

  private maskletFor(objectId: number): Masklet {
    let masklet = this.masklets.get(objectId);
    if (!masklet) {
      masklet = {
        presence: new Uint8Array(this.numFrames),
        trust: new Float32Array(this.numFrames),
        rle: new Array<string | undefined>(this.numFrames).fill(undefined),
        tracked: 0,
      };
      this.masklets.set(objectId, masklet);
    }
    return masklet;
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

/** 0..1: the engine's own estimate of the mask, scaled by how sure it is that the object is there or is not. */
export function trustOf(row: Pick<MaskRow, 'objectScore' | 'predictedIou' | 'area'>): number {
  const present = 1 / (1 + Math.exp(-row.objectScore));
  return row.area > 0 ? present * Math.min(1, Math.max(0, row.predictedIou)) : 1 - present;
}
