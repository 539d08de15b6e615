import { useStore } from '../app/store';
import type { NamedAction } from './actions';
import { chordText } from './chord';
import { keyMap } from './keyStore';

/** The key that does something now, for people; undefined where none does. */
export function keyHint(action: NamedAction): string | undefined {
  const [first] = keyMap.get()[action];
  return first === undefined ? undefined : chordText(first);
}

/** Adds to a sentence the key that does the same: "New object (N)". Renders anew when keys are changed. */
export function useWithKey(): (text: string, action: NamedAction) => string {
  useStore(keyMap, (keys) => keys);
  return (text, action) => {
    const key = keyHint(action);
    return key ? `${text} (${key})` : text;
  };
}
