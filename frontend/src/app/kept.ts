/** What this browser keeps of somebody's choices: from visit to visit, or as long as the tab. */
export type Keeper = 'localStorage' | 'sessionStorage';

/** Null: nothing is kept under the key, or the browser keeps nothing at all. */
export function recall(key: string, keeper: Keeper = 'localStorage'): string | null {
  try {
    return globalThis[keeper].getItem(key);
  } catch {
    return null;
  }
}

/** Null forgets. A browser that keeps nothing (storage off, or full) goes on: the choice holds until the page closes. */
export function keep(key: string, text: string | null, keeper: Keeper = 'localStorage'): void {
  try {
    if (text === null) globalThis[keeper].removeItem(key);
    else globalThis[keeper].setItem(key, text);
  } catch {
    // as above
  }
}
