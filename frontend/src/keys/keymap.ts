/** What a key can do. The cheat sheet and the handler read the same table. */
export type KeyAction =
  | 'playPause'
  | 'previousFrame'
  | 'nextFrame'
  | 'backTen'
  | 'forwardTen'
  | 'firstFrame'
  | 'lastFrame'
  | 'previousPrompt'
  | 'nextPrompt'
  | 'previousDoubt'
  | 'nextDoubt'
  | 'newObject'
  | 'removeObject'
  | 'track'
  | 'escape'
  | 'undo'
  | 'redo'
  | 'wholeVideo'
  | 'brush'
  | 'eraser'
  | 'polygon'
  | 'largerBrush'
  | 'smallerBrush'
  | 'absent'
  | 'verify'
  | 'copyMask'
  | 'retrack'
  | 'compare'
  | 'help'
  | { readonly selectPlace: number };

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const PLAIN: Readonly<Record<string, KeyAction>> = {
  ' ': 'playPause',
  arrowleft: 'previousFrame',
  arrowright: 'nextFrame',
  ',': 'previousFrame',
  '.': 'nextFrame',
  d: 'previousFrame',
  f: 'nextFrame',
  home: 'firstFrame',
  end: 'lastFrame',
  pageup: 'previousPrompt',
  pagedown: 'nextPrompt',
  g: 'nextDoubt',
  n: 'newObject',
  delete: 'removeObject',
  backspace: 'removeObject',
  b: 'brush',
  e: 'eraser',
  p: 'polygon',
  ']': 'largerBrush',
  '[': 'smallerBrush',
  x: 'absent',
  enter: 'verify',
  a: 'copyMask',
  r: 'retrack',
  w: 'compare',
  t: 'track',
  escape: 'escape',
  '0': 'wholeVideo',
  '?': 'help',
};

export function actionOf(press: KeyPress): KeyAction | null {
  const key = press.key.toLowerCase();
  if (press.altKey) return null;
  if (press.ctrlKey || press.metaKey) {
    if (key === 'z') return press.shiftKey ? 'redo' : 'undo';
    return key === 'y' ? 'redo' : null;
  }
  if (press.shiftKey && key === 'arrowleft') return 'backTen';
  if (press.shiftKey && key === 'arrowright') return 'forwardTen';
  if (press.shiftKey && key === 'g') return 'previousDoubt';
  if (press.shiftKey && key !== '?') return null;
  if (/^[1-9]$/.test(key)) return { selectPlace: Number(key) };
  return PLAIN[key] ?? null;
}

/** For the cheat sheet. */
export const CHEAT_SHEET: readonly { title: string; rows: readonly [string, string][] }[] = [
  {
    title: 'Playback',
    rows: [
      ['Space', 'Play or pause'],
      ['← →  or  , .  or  D F', 'One frame back or on'],
      ['Shift + ← →', 'Ten frames'],
      ['Home  End', 'First or last frame'],
      ['PgUp  PgDn', 'Previous or next prompted frame'],
      ['G  Shift + G', 'Next or previous doubtful frame'],
    ],
  },
  {
    title: 'Objects',
    rows: [
      ['N', 'New object'],
      ['1 to 9', 'Select an object'],
      ['Del', 'Remove the selected object'],
      ['T', 'Track, both directions'],
      ['R', 'Track the range between in and out anew'],
      ['W', 'Before, after or difference of that range'],
      ['Enter', 'Verify the mask and go on'],
      ['X', 'Absent here, or in the range'],
      ['Esc', 'Cancel the drag or the tracking'],
      ['Ctrl + Z', 'Undo'],
      ['Ctrl + Shift + Z  or  Ctrl + Y', 'Redo'],
    ],
  },
  {
    title: 'In the video',
    rows: [
      ['Click', 'Add to the mask'],
      ['Right, Alt or Ctrl + click', 'Take away from the mask'],
      ['Click on a point', 'Remove it'],
      ['Drag', 'Draw a box; on a point, move it'],
      ['Shift, held', 'Show the mask that a click would give'],
      ['B  E  P', 'Brush, eraser, polygon'],
      ['[  ]', 'Smaller or larger brush'],
      ['A', 'Copy the mask of the previous prompted frame'],
      ['Wheel, middle drag, 0', 'Zoom, move, whole video'],
      ['?', 'This sheet'],
    ],
  },
];
