import type { Edit } from './edit';

const PREFIX = 'masklet.edit.';

/**
 * Unsent edits in the browser, one entry each. `localStorage`, for it has written when it returns: a page that goes
 * away the moment after a click has kept it. Where it is full or refused, edits live as long as the page.
 */
export interface Kept {
  put(edit: Edit): void;
  drop(edit: Edit): void;
  /** In the order in which they were made, whichever page of this browser made them. */
  all(sessionId: string): readonly Edit[];
}

export class KeptInBrowser implements Kept {
  put(edit: Edit): void {
    try {
      localStorage.setItem(nameOf(edit), JSON.stringify(edit));
    } catch {
      // Full, or forbidden: the page still has it, and warns before it closes.
    }
  }

  drop(edit: Edit): void {
    try {
      localStorage.removeItem(nameOf(edit));
    } catch {
      // As above.
    }
  }

  all(sessionId: string): readonly Edit[] {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(`${PREFIX}${sessionId}.`))
        .map((name) => JSON.parse(localStorage.getItem(name) ?? '') as Edit)
        .sort((a, b) => a.madeMs - b.madeMs || a.turn - b.turn);
    } catch {
      return [];
    }
  }
}

function nameOf(edit: Edit): string {
  return `${PREFIX}${edit.sessionId}.${edit.key}`;
}
