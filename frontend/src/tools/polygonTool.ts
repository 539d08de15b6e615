import type { Spot } from './pointerTool';

/** A polygon that is being drawn, vertex by vertex, in video pixels. `cursor` is where the next would be. */
export interface PolygonState {
  readonly vertices: readonly Spot[];
  readonly cursor: Spot | null;
  readonly adds: boolean; // or takes away
}

export type PolygonEvent =
  | { readonly kind: 'press'; readonly at: Spot; readonly adds: boolean }
  | { readonly kind: 'move'; readonly at: Spot }
  | { readonly kind: 'close' }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancel' };

export interface PolygonStep {
  readonly state: PolygonState;
  readonly closed: PolygonState | null; // a polygon that is to be filled now
}

export const NO_POLYGON: PolygonState = { vertices: [], cursor: null, adds: true };

/** `reach`: how near to the first vertex a press closes the polygon, in video pixels. */
export function stepPolygon(state: PolygonState, event: PolygonEvent, reach: number): PolygonStep {
  switch (event.kind) {
    case 'press': {
      const [first] = state.vertices;
      if (first && state.vertices.length > 2 && isNear(first, event.at, reach)) return close(state);
      const last = state.vertices.at(-1);
      if (last && isNear(last, event.at, reach / 4)) return { state, closed: null }; // the second press of two
      return {
        state: {
          vertices: [...state.vertices, event.at],
          cursor: event.at,
          adds: state.vertices.length === 0 ? event.adds : state.adds,
        },
        closed: null,
      };
    }
    case 'move':
      return { state: { ...state, cursor: event.at }, closed: null };
    case 'close':
      return close(state);
    case 'back': {
      const vertices = state.vertices.slice(0, -1);
      return { state: { ...state, vertices }, closed: null };
    }
    case 'cancel':
      return { state: NO_POLYGON, closed: null };
  }
}

/** Two vertices enclose nothing: there is more to come. */
function close(state: PolygonState): PolygonStep {
  if (state.vertices.length < 3) return { state, closed: null };
  return { state: NO_POLYGON, closed: state };
}

function isNear(a: Spot, b: Spot, reach: number): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) <= reach;
}
