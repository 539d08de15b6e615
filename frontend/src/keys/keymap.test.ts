import { expect, test } from 'vitest';
import { actionOf, type KeyPress } from './keymap';

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
});

test("the browser's own shortcuts are left alone", () => {
  for (const key of ['t', 'n', 'd', 'f', '1']) {
    expect(actionOf(press(key, { ctrlKey: true }))).toBeNull();
    expect(actionOf(press(key, { altKey: true }))).toBeNull();
  }
});

test('digits select by place', () => {
  expect(actionOf(press('3'))).toEqual({ selectPlace: 3 });
  expect(actionOf(press('0'))).toBe('wholeVideo');
});
