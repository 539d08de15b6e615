import { isAction, KEY_ACTIONS, type KeyAction, type NamedAction } from './actions';
import { type Chord, chordOf, type KeyPress } from './chord';

export type { KeyAction, NamedAction } from './actions';
export type { KeyPress } from './chord';

/** Which chords do what: each action has any number of them, and a chord has one action at most. */
export type KeyMap = Readonly<Record<NamedAction, readonly Chord[]>>;

export const DEFAULT_KEYS: KeyMap = {
  playPause: ['space'],
  previousFrame: ['arrowleft', ',', 'd'],
  nextFrame: ['arrowright', '.', 'f'],
  backTen: ['shift+arrowleft', 'c'],
  forwardTen: ['shift+arrowright', 'v'],
  firstFrame: ['home'],
  lastFrame: ['end'],
  goToFrame: ['`'],
  shuttleBack: ['j'],
  shuttleStop: ['k'],
  shuttleForward: ['l'],
  previousPrompt: ['pageup'],
  nextPrompt: ['pagedown'],
  previousDoubt: ['shift+g'],
  nextDoubt: ['g'],
  rangeIn: ['i'],
  rangeOut: ['o'],
  clearRange: ['shift+i', 'shift+o'],
  newObject: ['n'],
  removeObject: ['delete', 'backspace'],
  hide: ['h'],
  solo: ['s'],
  lock: ['shift+h'],
  track: ['t'],
  trackBackward: ['shift+t'],
  retrack: ['r'],
  compare: ['w'],
  verify: ['enter'],
  absent: ['x'],
  copyMask: ['a'],
  addComment: ['m'],
  sendForReview: ['u'],
  acceptObject: ['shift+y'],
  rejectObject: ['shift+x'],
  nextForReview: ['y'],
  brush: ['b'],
  eraser: ['e'],
  polygon: ['p'],
  pointWithKeys: ['q'],
  smallerBrush: ['['],
  largerBrush: [']'],
  zoomIn: ['+', '='],
  zoomOut: ['-'],
  wholeVideo: ['0'],
  escape: ['escape'],
  undo: ['ctrl+z'],
  redo: ['ctrl+shift+z', 'ctrl+y'],
  help: ['?'],
};

/** Maps that people know from elsewhere, as differences to the default. */
export const PRESETS: Readonly<Record<'default' | 'cvat' | 'editor', Partial<KeyMap>>> = {
  default: {},
  cvat: {
    previousFrame: ['d', 'arrowleft', ','],
    nextFrame: ['f', 'arrowright', '.'],
    shuttleBack: [],
    shuttleStop: [],
    shuttleForward: [],
    rangeOut: [']'],
    rangeIn: ['['],
    largerBrush: ['shift+b'],
    smallerBrush: ['shift+e'],
    absent: ['o', 'x'],
    lock: ['l'],
    verify: ['k', 'enter'],
    track: ['ctrl+e', 't'],
    help: ['f1', '?'],
  },
  editor: {
    previousFrame: ['arrowleft'],
    nextFrame: ['arrowright'],
    backTen: ['shift+arrowleft'],
    forwardTen: ['shift+arrowright'],
    previousPrompt: ['shift+:', ':', 'pageup'],
    nextPrompt: ['"', 'pagedown'],
    verify: ['enter', 'm'],
    addComment: ['shift+m'],
    zoomIn: ['=', '+'],
    solo: ['shift+s'],
    clearRange: ['alt+x'],
  },
};

export type PresetName = keyof typeof PRESETS;

export function presetKeys(name: PresetName): KeyMap {
  return { ...DEFAULT_KEYS, ...PRESETS[name] };
}

/** What a press asks for in a map; null where nothing. */
export function actionOf(press: KeyPress, keys: KeyMap = DEFAULT_KEYS): KeyAction | null {
  const chord = chordOf(press);
  if (chord === null) return null;
  const named = holder(keys, chord);
  if (named) return named;
  return isPlace(chord) ? { selectPlace: Number(chord) } : null;
}

/** A digit: it selects the object at this place of the list, unless an action has taken it. */
export function isPlace(chord: Chord): boolean {
  return /^[1-9]$/.test(chord);
}

/** The action that a chord belongs to. */
export function holder(keys: KeyMap, chord: Chord): NamedAction | null {
  for (const action of Object.keys(KEY_ACTIONS) as NamedAction[]) {
    if (keys[action].includes(chord)) return action;
  }
  return null;
}

/** The chord becomes an action's only one, and is taken from whatever had it. */
export function withChord(keys: KeyMap, action: NamedAction, chord: Chord): KeyMap {
  const others = Object.entries(keys).map(([other, chords]) => [
    other,
    other === action ? [chord] : chords.filter((held) => held !== chord),
  ]);
  return Object.fromEntries(others);
}

/** A kept map, as far as it makes sense: known actions, chords as text, each chord once. */
export function readKeys(text: string | null): KeyMap {
  let kept: unknown = null;
  try {
    kept = JSON.parse(text ?? 'null');
  } catch {
    // not ours, or cut off
  }
  if (typeof kept !== 'object' || kept === null) return DEFAULT_KEYS;
  const taken = new Set<Chord>();
  const keys: Record<string, readonly Chord[]> = { ...DEFAULT_KEYS };
  for (const [action, chords] of Object.entries(kept)) {
    if (!isAction(action) || !Array.isArray(chords)) continue;
    keys[action] = chords.filter((chord) => typeof chord === 'string' && chord.length < 40);
  }
  for (const [action, chords] of Object.entries(keys)) {
    keys[action] = chords.filter((chord) => !taken.has(chord) && taken.add(chord));
  }
  return keys as KeyMap;
}
