import { expect, test } from 'vitest';
import { keyHint } from './keyHint';
import { DEFAULT_KEYS, presetKeys } from './keymap';
import { keyMap } from './keyStore';

test('a hint is the key as it is set now', () => {
  expect(keyHint('absent')).toBe('X');
  keyMap.dispatch(presetKeys('cvat'));
  expect(keyHint('absent')).toBe('O');
  expect(keyHint('shuttleBack')).toBeUndefined();
  keyMap.dispatch(DEFAULT_KEYS);
  expect(keyHint('redo')).toBe('Ctrl + Shift + Z');
});
