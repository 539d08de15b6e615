import { sentenceOf } from '../api/errors';
import { createStore } from './store';

/** One calm sentence at the bottom of the screen. */
export interface Notice {
  readonly id: number;
  readonly tone: 'error' | 'info';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

type NoticeAction = { type: 'show'; notice: Notice } | { type: 'dismiss'; id: number };

const ERROR_S = 9;
const INFO_S = 5;
const MOST = 3;

let lastId = 0;

export const notices = createStore<readonly Notice[], NoticeAction>((shown, action) => {
  if (action.type === 'dismiss') return shown.filter((notice) => notice.id !== action.id);
  const others = shown.filter((notice) => notice.text !== action.notice.text); // said once is enough
  return [...others, action.notice].slice(-MOST);
}, []);

/** Show a notice for a while; returns its id. */
export function notify(
  notice: Omit<Notice, 'id'>,
  forS = notice.tone === 'error' ? ERROR_S : INFO_S,
): number {
  lastId += 1;
  const id = lastId;
  notices.dispatch({ type: 'show', notice: { ...notice, id } });
  setTimeout(() => dismiss(id), forS * 1000);
  return id;
}

export function notifyError(thrown: unknown): void {
  notify({ tone: 'error', text: sentenceOf(thrown) });
}

export function dismiss(id: number): void {
  notices.dispatch({ type: 'dismiss', id });
}
