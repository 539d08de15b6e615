/** What a press on the stage does. */
export type ToolKind = 'point' | 'brush' | 'eraser' | 'polygon';

export interface ToolChoice {
  readonly kind: ToolKind;
  readonly brushPx: number; // diameter, in video pixels
}

export type ToolAction =
  | { readonly type: 'choose'; readonly kind: ToolKind }
  | { readonly type: 'larger' }
  | { readonly type: 'smaller' }
  | { readonly type: 'size'; readonly brushPx: number };

export const FIRST_TOOL: ToolChoice = { kind: 'point', brushPx: 24 };

const STEP = 1.25;
export const SMALLEST_PX = 1;
export const LARGEST_PX = 400;

/** The same tool again puts it away. */
export function reduceTool(state: ToolChoice, action: ToolAction): ToolChoice {
  switch (action.type) {
    case 'choose':
      return { ...state, kind: action.kind === state.kind ? 'point' : action.kind };
    case 'larger':
      return { ...state, brushPx: clamp(Math.ceil(state.brushPx * STEP)) };
    case 'smaller':
      return { ...state, brushPx: clamp(Math.floor(state.brushPx / STEP)) };
    case 'size':
      return { ...state, brushPx: clamp(Math.round(action.brushPx)) };
  }
}

function clamp(brushPx: number): number {
  return Math.min(LARGEST_PX, Math.max(SMALLEST_PX, brushPx));
}
