import { keep, recall } from '../app/kept';

const KEY = 'masklet.name';

export const MAX_NAME = 40;

/** What somebody calls themselves where nobody signs in; empty: nothing. The browser keeps it. */
export function keptName(): string {
  return recall(KEY) ?? '';
}

export function keepName(name: string): void {
  keep(KEY, name);
}
