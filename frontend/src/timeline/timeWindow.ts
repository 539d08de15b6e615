/** The stretch of the video that the timeline shows: `span` frames from `from` on, both with fractions. */
export interface TimeWindow {
  readonly from: number;
  readonly span: number;
}

const LEAST_SPAN = 8; // frames: nearer than this there is nothing more to see

export function wholeWindow(numFrames: number): TimeWindow {
  return { from: 0, span: Math.max(1, numFrames) };
}

/** Zoom by a factor (above 1: nearer); the frame at `at` stays where it is. */
export function zoomWindow(
  window: TimeWindow,
  factor: number,
  at: number,
  numFrames: number,
): TimeWindow {
  const span = Math.min(numFrames, Math.max(Math.min(LEAST_SPAN, numFrames), window.span / factor));
  const share = (at - window.from) / window.span;
  return kept({ from: at - share * span, span }, numFrames);
}

export function panWindow(window: TimeWindow, frames: number, numFrames: number): TimeWindow {
  return kept({ ...window, from: window.from + frames }, numFrames);
}

/** Turn the page where the playhead has left the window; else the same window. */
export function follow(window: TimeWindow, frameIdx: number, numFrames: number): TimeWindow {
  if (frameIdx >= window.from && frameIdx + 1 <= window.from + window.span) return window;
  const isAfter = frameIdx + 1 > window.from + window.span;
  const from = isAfter ? frameIdx - 0.05 * window.span : frameIdx + 1 - 0.95 * window.span;
  return kept({ ...window, from }, numFrames);
}

function kept({ from, span }: TimeWindow, numFrames: number): TimeWindow {
  return { from: Math.min(Math.max(0, from), Math.max(0, numFrames - span)), span };
}
