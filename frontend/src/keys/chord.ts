/** A key with what is held beside it, as text: "ctrl+shift+z", "arrowleft", "?". */
export type Chord = string;

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

const MODIFIERS: ReadonlySet<string> = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph']);

/** The chord of a press; null while only Shift, Ctrl, Alt or ⌘ is down. ⌘ counts as Ctrl. */
export function chordOf(press: KeyPress): Chord | null {
  if (MODIFIERS.has(press.key)) return null;
  const key = press.key === ' ' ? 'space' : press.key.toLowerCase();
  const isSymbol = key.length === 1 && !/[\p{L}\p{N}]/u.test(key);
  return [
    (press.ctrlKey || press.metaKey) && 'ctrl',
    press.altKey && 'alt',
    press.shiftKey && !isSymbol && 'shift', // a symbol says by itself whether Shift was needed
    key,
  ]
    .filter(Boolean)
    .join('+');
}

const NAMES: Readonly<Record<string, string>> = {
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  delete: 'Del',
  escape: 'Esc',
  ctrl: 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
};

/** A chord for people: "Ctrl + Shift + Z". */
export function chordText(chord: Chord): string {
  const parts = chord === '+' ? ['+'] : chord.split(/\+(?=.)/);
  return parts
    .map((part) => NAMES[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join(' + ');
}
