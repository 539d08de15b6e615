import { createStore } from '../app/store';
import { type KeyMap, readKeys } from './keymap';

const KEY = 'masklet.keys';

/** The keys of this browser. */
export const keyMap = createStore((_: KeyMap, next: KeyMap) => next, readKeys(stored()));

keyMap.subscribe(() => {
  try {
    localStorage.setItem(KEY, JSON.stringify(keyMap.get()));
  } catch {
    // a browser that keeps nothing: the keys hold until the page closes
  }
});

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
