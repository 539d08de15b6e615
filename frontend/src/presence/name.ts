const KEY = 'masklet.name';

export const MAX_NAME = 40;

/** What somebody calls themselves where nobody signs in; empty: nothing. The browser keeps it. */
export function keptName(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function keepName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // a browser that keeps nothing: the name holds until the page closes
  }
}
