/**
 * What the pointer is doing on the stage, as a small state machine: idle, pressed, dragging. Positions are in
 * CSS pixels of the stage; what comes out is an intent, which the stage turns into video pixels.
 */

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export type ToolState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'pressed';
      readonly from: Spot;
      readonly include: boolean;
      readonly point: number | null; // of the points that are there, the one that was pressed
    }
  | { readonly kind: 'dragging'; readonly from: Spot; readonly to: Spot }
  | { readonly kind: 'moving'; readonly point: number; readonly to: Spot };

export type ToolEvent =
  | {
      readonly kind: 'down';
      readonly at: Spot;
      readonly include: boolean;
      readonly point?: number | null;
    }
  | { readonly kind: 'move'; readonly at: Spot }
  | { readonly kind: 'up'; readonly at: Spot }
  | { readonly kind: 'cancel' };

export type Intent =
  | { readonly kind: 'click'; readonly at: Spot; readonly include: boolean }
  | { readonly kind: 'box'; readonly from: Spot; readonly to: Spot }
  | { readonly kind: 'movePoint'; readonly point: number; readonly to: Spot };

export interface ToolStep {
  readonly state: ToolState;
  readonly intent: Intent | null;
}

export const IDLE: ToolState = { kind: 'idle' };

const DRAG_FROM_PX = 6; // a hand that clicks moves less

export function step(state: ToolState, event: ToolEvent): ToolStep {
  if (event.kind === 'cancel') return { state: IDLE, intent: null };
  if (event.kind === 'down') {
    const { at, include, point = null } = event;
    return { state: { kind: 'pressed', from: at, include, point }, intent: null };
  }
  if (state.kind === 'idle') return { state, intent: null };
  if (event.kind === 'move') return { state: moved(state, event.at), intent: null };
  return { state: IDLE, intent: released(moved(state, event.at)) };
}

/** A press on a point drags it along. Else only an including press turns into a drag: no box excludes. */
function moved(state: Exclude<ToolState, { kind: 'idle' }>, at: Spot): typeof state {
  if (state.kind !== 'pressed') return { ...state, to: at };
  const far = Math.hypot(at.x - state.from.x, at.y - state.from.y) >= DRAG_FROM_PX;
  if (far && state.point !== null) return { kind: 'moving', point: state.point, to: at };
  return far && state.include ? { kind: 'dragging', from: state.from, to: at } : state;
}

function released(state: Exclude<ToolState, { kind: 'idle' }>): Intent | null {
  if (state.kind === 'pressed') return { kind: 'click', at: state.from, include: state.include };
  if (state.kind === 'moving') return { kind: 'movePoint', point: state.point, to: state.to };
  const { from, to } = state;
  const isThin = Math.abs(to.x - from.x) < 2 || Math.abs(to.y - from.y) < 2;
  return isThin ? null : { kind: 'box', from, to };
}
