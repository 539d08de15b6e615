import { keep, recall } from '../app/kept';
import { createStore } from '../app/store';
import { type KeyMap, readKeys } from './keymap';

const KEY = 'masklet.keys';

/** The keys of this browser. */
export const keyMap = createStore((_: KeyMap, next: KeyMap) => next, readKeys(recall(KEY)));

keyMap.subscribe(() => keep(KEY, JSON.stringify(keyMap.get())));
