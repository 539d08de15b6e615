import { expect, test } from 'vitest';
import { GROUPS, KEY_ACTIONS, type NamedAction } from './actions';
import { chordOf, chordText } from './chord';
import {
  actionOf,
  DEFAULT_KEYS,
  holder,
  type KeyPress,
  PRESETS,
  type PresetName,
  presetKeys,
  readKeys,
  withChord,
} from './keymap';

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

test.each([
  [' ', 'playPause'],
  ['ArrowLeft', 'previousFrame'],
  ['.', 'nextFrame'],
  ['d', 'previousFrame'],
  ['End', 'lastFrame'],
  ['PageDown', 'nextPrompt'],
  ['n', 'newObject'],
  ['N', 'newObject'],
  ['Delete', 'removeObject'],
  ['Escape', 'escape'],
  ['j', 'shuttleBack'],
  ['i', 'rangeIn'],
  ['0', 'wholeVideo'],
])('%s does %s', (key, action) => {
  expect(actionOf(press(key))).toBe(action);
});

test('held keys', () => {
  expect(actionOf(press('ArrowRight', { shiftKey: true }))).toBe('forwardTen');
  expect(actionOf(press('z', { ctrlKey: true }))).toBe('undo');
  expect(actionOf(press('Z', { ctrlKey: true, shiftKey: true }))).toBe('redo');
  expect(actionOf(press('y', { metaKey: true }))).toBe('redo');
  expect(actionOf(press('?', { shiftKey: true }))).toBe('help');
  expect(actionOf(press('G', { shiftKey: true }))).toBe('previousDoubt');
  expect(actionOf(press('H', { shiftKey: true }))).toBe('lock');
});

test("the browser's own shortcuts are left alone", () => {
  for (const key of ['t', 'n', 'd', 'f', '1']) {
    expect(actionOf(press(key, { ctrlKey: true }))).toBeNull();
    expect(actionOf(press(key, { altKey: true }))).toBeNull();
  }
});

test('digits select by place, unless they have an action', () => {
  expect(actionOf(press('3'))).toEqual({ selectPlace: 3 });
  expect(actionOf(press('3'), withChord(DEFAULT_KEYS, 'track', '3'))).toBe('track');
});

test.each(Object.keys(PRESETS) as PresetName[])('in %s no key has two actions', (name) => {
  const chords = Object.values(presetKeys(name)).flat();
  expect(chords.filter((chord, i) => chords.indexOf(chord) !== i)).toEqual([]);
});

test.each(Object.keys(PRESETS) as PresetName[])('%s leaves out nothing essential', (name) => {
  const keys = presetKeys(name);
  for (const action of [
    'playPause',
    'previousFrame',
    'nextFrame',
    'track',
    'undo',
    'help',
  ] as const)
    expect(keys[action].length, action).toBeGreaterThan(0);
});

test('a key that moves is taken from what had it', () => {
  const keys = withChord(DEFAULT_KEYS, 'track', 'g');
  expect(holder(keys, 'g')).toBe('track');
  expect(keys.nextDoubt).toEqual([]);
  expect(holder(keys, 't')).toBeNull();
});

test('a kept map is read as far as it makes sense', () => {
  expect(readKeys(null)).toEqual(DEFAULT_KEYS);
  expect(readKeys('{"no')).toEqual(DEFAULT_KEYS);
  const keys = readKeys('{"track": ["y", 7], "gone": ["z"], "undo": "x", "__proto__": ["q"]}');
  expect(keys.track).toEqual(['y']);
  expect(keys.undo).toEqual(DEFAULT_KEYS.undo);
  expect(Object.keys(keys).sort()).toEqual(Object.keys(DEFAULT_KEYS).sort());
  const twice = readKeys('{"track": ["g"]}');
  expect([twice.nextDoubt, twice.track].flat()).toEqual(['g']);
});

test('chords for people', () => {
  expect(chordText('ctrl+shift+z')).toBe('Ctrl + Shift + Z');
  expect(chordText('arrowleft')).toBe('←');
  expect(chordText('+')).toBe('+');
  expect(chordOf(press('Shift', { shiftKey: true }))).toBeNull();
});

test('each group of the sheet begins with an action that there is', () => {
  const actions = Object.keys(KEY_ACTIONS) as NamedAction[];
  expect(GROUPS[0]?.from).toBe(actions[0]);
  for (const { from } of GROUPS) expect(actions).toContain(from);
});
