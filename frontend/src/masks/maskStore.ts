import type { DoubtReason, MaskFields } from '../api/generated';
import {
  Coverage,
  doubtIn,
  hasVerified,
  type Look,
  lookOf,
  PRESENT,
  presenceIn,
  readLooks,
} from './coverage';
import { ByteLru } from './lru';
import { lookOfMask } from './trust';

const BUDGET_BYTES = 96 * 2 ** 20;
const OVERHEAD_BYTES = 128; // of an entry, beside the string
const OBJECT_STRIDE = 2 ** 26; // frames fit below it
const NO_REASONS: readonly DoubtReason[] = [];
const DOUBT_AFTER_CUT = 2; // tracking across a cut is a guess

/** Why a mask deserves a look: what the server found, and what the picture does there. */
export type Why = DoubtReason | 'CUT';

interface Kept {
  readonly counts: string;
  readonly reasons: readonly DoubtReason[];
}

export type MaskRow = Pick<
  MaskFields,
  'objectId' | 'frameIdx' | 'rle' | 'area' | 'objectScore' | 'predictedIou'
> &
  Partial<Pick<MaskFields, 'verified' | 'doubt' | 'doubtReasons'>>;

/** What changed of an object's masks, where there are too many to send: see `readLooks`. */
export interface CoverageRow {
  readonly objectId: number;
  readonly firstFrame: number;
  readonly looks: string;
}

/**
 * All masks of a session, outside React. How they look on the timeline is known of every frame; the masks
 * themselves, as compact RLE strings, only as far as they came and there is room: `isMissing` says where one has
 * to be fetched. Listeners hear of each batch once; what reads the store does so when it draws.
 */
export class MaskStore {
  private readonly coverages = new Map<number, Coverage>();
  private readonly rles: ByteLru<Kept>;
  private readonly listeners = new Set<() => void>();
  private newestFrame = -1;
  private cuts: ReadonlySet<number> = new Set();
  /** How often masks were summed up: what was fetched across such a moment may be old. */
  summaries = 0;

  constructor(
    readonly numFrames: number,
    budgetBytes = BUDGET_BYTES,
  ) {
    this.rles = new ByteLru(budgetBytes);
  }

  coverage(objectId: number): Coverage | undefined {
    return this.coverages.get(objectId);
  }

  rle(objectId: number, frameIdx: number): string | undefined {
    return this.rles.get(keyOf(objectId, frameIdx))?.counts;
  }

  /** Why the mask is doubted, as far as it is known here. */
  whyDoubtful(objectId: number, frameIdx: number): readonly Why[] {
    const look = this.coverages.get(objectId)?.at(frameIdx) ?? 0;
    if (doubtIn(look) === 0) return NO_REASONS;
    const reasons = this.rles.get(keyOf(objectId, frameIdx))?.reasons ?? NO_REASONS;
    return this.cuts.has(frameIdx) ? ['CUT', ...reasons] : reasons;
  }

  /** The frames on which scenes begin: a mask there that nobody verified deserves a look. */
  setCuts(cuts: readonly number[]): void {
    this.cuts = new Set(cuts);
    for (const coverage of this.coverages.values()) this.doubtCuts(coverage);
    this.notify();
  }

  /** There is a mask, and it is not here. */
  isMissing(objectId: number, frameIdx: number): boolean {
    const look = this.coverages.get(objectId)?.at(frameIdx) ?? 0;
    return presenceIn(look) === PRESENT && !this.rles.has(keyOf(objectId, frameIdx));
  }

  /** How many masks of all objects on these frames, both inclusive, have to be fetched. */
  countMissing(firstFrame: number, lastFrame: number): number {
    let missing = 0;
    for (const objectId of this.coverages.keys()) {
      for (let frame = firstFrame; frame <= lastFrame; frame++) {
        if (this.isMissing(objectId, frame)) missing += 1;
      }
    }
    return missing;
  }

  /** Frames on which the object has a mask, or is known to be absent. */
  trackedFrames(objectId: number): number {
    return this.coverages.get(objectId)?.tracked ?? 0;
  }

  /** The frame of the mask that arrived last: where tracking is. -1 before the first. */
  get latestFrame(): number {
    return this.newestFrame;
  }

  /** The nearest frame after (or before) `from` on which the object's mask is doubtful; null where none is. */
  doubtfulFrame(objectId: number, from: number, after: boolean): number | null {
    const coverage = this.coverages.get(objectId);
    if (!coverage) return null;
    const step = after ? 1 : -1;
    const sure = coverage.find(from, step, (look) => doubtIn(look) === 0); // out of the stretch we are in
    return sure === null ? null : coverage.find(sure, step, (look) => doubtIn(look) > 0);
  }

  /** Masks as they are now. */
  apply(rows: readonly MaskRow[]): void {
    for (const row of rows) this.put(row);
    if (rows.length > 0) this.notify();
  }

  /** Masks that changed, without the masks: what was here of them is dropped. */
  summarise(rows: readonly CoverageRow[]): void {
    for (const { objectId, firstFrame, looks } of rows) {
      const coverage = this.coverageFor(objectId);
      for (const { first, last, look } of readLooks(looks, firstFrame)) {
        coverage.set(first, last, look);
        for (let frame = first; frame <= last; frame++) this.rles.delete(keyOf(objectId, frame));
      }
      this.doubtCuts(coverage);
    }
    if (rows.length === 0) return;
    this.summaries += 1;
    this.notify();
  }

  /** Masks that were fetched. What came in the meantime is newer, and stays. */
  fill(rows: readonly MaskRow[]): void {
    for (const row of rows) {
      if (row.rle && this.isMissing(row.objectId, row.frameIdx)) this.keep(row, row.rle.counts);
    }
    if (rows.length > 0) this.notify();
  }

  removeObject(objectId: number): void {
    const coverage = this.coverages.get(objectId);
    if (!coverage) return;
    this.coverages.delete(objectId);
    for (const { first, last } of coverage.runs()) {
      for (let frame = first; frame <= last; frame++) this.rles.delete(keyOf(objectId, frame));
    }
    this.notify();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private put(row: MaskRow): void {
    if (row.frameIdx < 0 || row.frameIdx >= this.numFrames) return;
    const { frameIdx, rle } = row;
    const look = rle ? lookOfMask(row) : 0;
    this.coverageFor(row.objectId).set(frameIdx, frameIdx, this.withCut(frameIdx, look));
    if (rle && row.area > 0) this.keep(row, rle.counts);
    else this.rles.delete(keyOf(row.objectId, frameIdx));
    if (rle) this.newestFrame = frameIdx;
  }

  private doubtCuts(coverage: Coverage): void {
    for (const cut of this.cuts) coverage.set(cut, cut, this.withCut(cut, coverage.at(cut)));
  }

  private withCut(frameIdx: number, look: Look): Look {
    if (!this.cuts.has(frameIdx) || presenceIn(look) !== PRESENT || hasVerified(look)) return look;
    return look | lookOf(PRESENT, DOUBT_AFTER_CUT);
  }

  private keep({ objectId, frameIdx, doubtReasons }: MaskRow, counts: string): void {
    const kept = { counts, reasons: doubtReasons?.length ? doubtReasons : NO_REASONS };
    this.rles.set(keyOf(objectId, frameIdx), kept, counts.length + OVERHEAD_BYTES);
  }

  private coverageFor(objectId: number): Coverage {
    let coverage = this.coverages.get(objectId);
    if (!coverage) {
      coverage = new Coverage(this.numFrames);
      this.coverages.set(objectId, coverage);
    }
    return coverage;
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

function keyOf(objectId: number, frameIdx: number): number {
  return objectId * OBJECT_STRIDE + frameIdx;
}
