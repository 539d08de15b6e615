import type { Spot } from './pointerTool';

/** A brush on the mask: idle, or painting a stroke. Spots are in video pixels. */
export type BrushState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'painting'; readonly adds: boolean; readonly at: Spot };

export type BrushEvent =
  | { readonly kind: 'down'; readonly at: Spot; readonly adds: boolean }
  | { readonly kind: 'move'; readonly at: Spot }
  | { readonly kind: 'up' }
  | { readonly kind: 'cancel' };

/** What becomes of the sheet that is painted on. */
export type BrushIntent =
  | { readonly kind: 'begin'; readonly at: Spot; readonly adds: boolean }
  | { readonly kind: 'stroke'; readonly from: Spot; readonly to: Spot; readonly adds: boolean }
  | { readonly kind: 'commit' }
  | { readonly kind: 'discard' };

export interface BrushStep {
  readonly state: BrushState;
  readonly intent: BrushIntent | null;
}

export const BRUSH_IDLE: BrushState = { kind: 'idle' };

export function stepBrush(state: BrushState, event: BrushEvent): BrushStep {
  if (event.kind === 'down') {
    const { at, adds } = event;
    return { state: { kind: 'painting', adds, at }, intent: { kind: 'begin', at, adds } };
  }
  if (state.kind === 'idle') return { state, intent: null };
  switch (event.kind) {
    case 'move':
      return {
        state: { ...state, at: event.at },
        intent: { kind: 'stroke', from: state.at, to: event.at, adds: state.adds },
      };
    case 'up':
      return { state: BRUSH_IDLE, intent: { kind: 'commit' } };
    case 'cancel':
      return { state: BRUSH_IDLE, intent: { kind: 'discard' } };
  }
}
