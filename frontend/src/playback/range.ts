/** Frames from `first` to `last`, both inclusive. */
export interface FrameRange {
  readonly first: number;
  readonly last: number;
}

/** In and out of the timeline, as a person set them, and whether playing goes round between them. */
export interface RangeState {
  readonly inFrame: number | null;
  readonly outFrame: number | null;
  readonly loops: boolean;
}

export type RangeAction =
  | { type: 'in'; frameIdx: number }
  | { type: 'out'; frameIdx: number }
  | { type: 'clear' }
  | { type: 'loop'; loops: boolean };

export const NO_RANGE: RangeState = { inFrame: null, outFrame: null, loops: false };

/** An in after the out, or an out before the in, takes the other one away. */
export function reduceRange(state: RangeState, action: RangeAction): RangeState {
  switch (action.type) {
    case 'in': {
      const keeps = state.outFrame !== null && state.outFrame >= action.frameIdx;
      return { ...state, inFrame: action.frameIdx, outFrame: keeps ? state.outFrame : null };
    }
    case 'out': {
      const keeps = state.inFrame !== null && state.inFrame <= action.frameIdx;
      return { ...state, outFrame: action.frameIdx, inFrame: keeps ? state.inFrame : null };
    }
    case 'clear':
      return { ...state, inFrame: null, outFrame: null };
    case 'loop':
      return { ...state, loops: action.loops };
  }
}

/** The range that is set; an end that is not set is the video's own. Null where neither is. */
export function rangeOf({ inFrame, outFrame }: RangeState, numFrames: number): FrameRange | null {
  if (inFrame === null && outFrame === null) return null;
  return { first: inFrame ?? 0, last: outFrame ?? numFrames - 1 };
}
