export const NOT_TRACKED = 0;
export const ABSENT = 1; // tracked, and the object is not on this frame
export const PRESENT = 2;
export type Presence = typeof NOT_TRACKED | typeof ABSENT | typeof PRESENT;

/** Doubt goes from 0, sure, to this. */
export const DOUBT_LEVELS = 4;

/**
 * How an object looks on a frame, or on several: one byte, made so that the bitwise or of several looks is
 * what is most worth seeing in them. Bit 0: absent somewhere; bit 1: present somewhere; bits 2 to 5: as many as
 * the greatest doubt; bit 6: verified somewhere.
 */
export type Look = number;

export function lookOf(presence: Presence, doubt = 0, isVerified = false): Look {
  return presence | (((1 << doubt) - 1) << 2) | (isVerified ? 64 : 0);
}

/** A mask goes before an absence. */
export function presenceIn(look: Look): Presence {
  return look & PRESENT ? PRESENT : look & ABSENT ? ABSENT : NOT_TRACKED;
}

/** The greatest doubt, 0 to DOUBT_LEVELS. */
export function doubtIn(look: Look): number {
  return 32 - Math.clz32((look >> 2) & 15);
}

export function hasVerified(look: Look): boolean {
  return (look & 64) !== 0;
}

function isPresent(look: Look): number {
  return Number(presenceIn(look) === PRESENT);
}

const BLOCK = 256; // frames whose common look is kept
const STALE = 255;

/**
 * One object's masklet at a glance: its look on every frame, whether or not the masks themselves are here. What
 * lies in a range is found without reading all of it, so a timeline of hours is as quick as one of seconds.
 */
export class Coverage {
  private readonly looks: Uint8Array;
  private readonly blocks: Uint8Array;
  private numTracked = 0;
  private numPresent = 0;

  constructor(readonly numFrames: number) {
    this.looks = new Uint8Array(numFrames);
    this.blocks = new Uint8Array(Math.ceil(numFrames / BLOCK));
  }

  /** On how many frames it is tracked, with or without the object. */
  get tracked(): number {
    return this.numTracked;
  }

  /** On how many frames there is a mask. */
  get present(): number {
    return this.numPresent;
  }

  /** The first frame that is tracked, or the last one; -1 where none is. */
  end(side: 'first' | 'last'): number {
    const step = side === 'first' ? 1 : -1;
    const from = side === 'first' ? 0 : this.blocks.length - 1;
    for (let block = from; block >= 0 && block < this.blocks.length; block += step) {
      if (this.block(block) === 0) continue;
      const start =
        side === 'first' ? block * BLOCK : Math.min(this.numFrames, (block + 1) * BLOCK) - 1;
      return this.find(start, step, (look) => look !== 0) ?? -1;
    }
    return -1;
  }

  /** 0, not tracked, outside the video. */
  at(frameIdx: number): Look {
    return this.looks[frameIdx] ?? 0;
  }

  /** What is most worth seeing on frames `first` to `last`, both inclusive. */
  within(first: number, last: number): Look {
    const end = Math.min(last, this.numFrames - 1);
    let look = 0;
    let frame = Math.max(0, first);
    while (frame <= end) {
      if (frame % BLOCK === 0 && frame + BLOCK - 1 <= end) {
        look |= this.block(frame / BLOCK);
        frame += BLOCK;
      } else {
        look |= this.looks[frame] as number;
        frame += 1;
      }
    }
    return look;
  }

  /** The nearest frame from `from` on, or back from it, whose look fits; null where none does. */
  find(from: number, step: 1 | -1, fits: (look: Look) => boolean): number | null {
    for (let frame = from; frame >= 0 && frame < this.numFrames; frame += step) {
      if (fits(this.looks[frame] as number)) return frame;
    }
    return null;
  }

  /** Runs of frames that look alike, in order; those that are not tracked are left out. */
  *runs(): Generator<{ readonly first: number; readonly last: number; readonly look: Look }> {
    let first = 0;
    for (let frame = 1; frame <= this.numFrames; frame++) {
      const look = this.looks[first] as number;
      if (frame < this.numFrames && this.looks[frame] === look) continue;
      if (look !== 0) yield { first, last: frame - 1, look };
      first = frame;
    }
  }

  /** Frames outside the video are ignored. */
  set(first: number, last: number, look: Look): void {
    const end = Math.min(last, this.numFrames - 1);
    for (let frame = Math.max(0, first); frame <= end; frame++) {
      const before = this.looks[frame] as number;
      this.numTracked += Number(look !== 0) - Number(before !== 0);
      this.numPresent += isPresent(look) - isPresent(before);
      this.looks[frame] = look;
      const block = Math.floor(frame / BLOCK);
      if (before & ~look) this.blocks[block] = STALE;
      else if (this.blocks[block] !== STALE) this.blocks[block] = (this.blocks[block] ?? 0) | look;
    }
  }

  private block(index: number): Look {
    const known = this.blocks[index] as number;
    if (known !== STALE) return known;
    let look = 0;
    const end = Math.min((index + 1) * BLOCK, this.numFrames);
    for (let frame = index * BLOCK; frame < end; frame++) look |= this.looks[frame] as number;
    this.blocks[index] = look;
    return look;
  }
}

/** A run of the server's summary: frames that changed, and how they look now. */
export interface ChangedRun {
  readonly first: number;
  readonly last: number;
  readonly look: Look;
}

const DOUBT_LETTERS = 'abcde';
const UNCHANGED = '_';
const NO_MASK = 'x';
const NO_OBJECT = 'o';

/**
 * Reads a summary such as `120a3b_40o`: how many frames (1 where no number stands) look which way, from frame
 * `first` on. `_`: as before; `x`: no mask; `o`: tracked, the object is not there; `a` to `e`: a mask, from sure to most
 * doubtful. Capitals: the same, verified by a person.
 */
export function* readLooks(looks: string, first: number): Generator<ChangedRun> {
  let frame = first;
  for (const [, count, letter = ''] of looks.matchAll(/(\d*)([a-zA-Z_])/g)) {
    const next = frame + (count ? Number(count) : 1);
    if (letter !== UNCHANGED) yield { first: frame, last: next - 1, look: lookOfLetter(letter) };
    frame = next;
  }
}

function lookOfLetter(letter: string): Look {
  const lower = letter.toLowerCase();
  if (lower === NO_MASK) return 0;
  const isVerified = letter !== lower;
  if (lower === NO_OBJECT) return lookOf(ABSENT, 0, isVerified);
  return lookOf(PRESENT, Math.max(0, DOUBT_LETTERS.indexOf(lower)), isVerified);
}
