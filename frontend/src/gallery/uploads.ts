import { retryDelayS } from '../api/backoff';
import { type ApiError, sentenceOf } from '../api/errors';
import { type ResumableUpload, resumableUpload } from '../api/upload';
import { createStore } from '../app/store';

const AT_ONCE = 2; // a browser has six connections for a server, and the app needs some

/**
 * WAITING for its turn, SENDING, PAUSED by the person, LOST while the server does not answer (it goes on by
 * itself), FAILED with a sentence.
 */
export type UploadState = 'WAITING' | 'SENDING' | 'PAUSED' | 'LOST' | 'FAILED';

/** A file on its way to the server. */
export interface UploadItem {
  readonly key: number;
  readonly name: string;
  readonly size: number; // bytes
  readonly sent: number;
  readonly state: UploadState;
  readonly error: string | null; // why it is LOST or FAILED
  readonly projectId: string; // where it goes
}

type UploadAction =
  | { type: 'add'; item: UploadItem }
  | { type: 'change'; key: number; change: Partial<Pick<UploadItem, 'sent' | 'state' | 'error'>> }
  | { type: 'remove'; key: number };

export function reduceUploads(
  items: readonly UploadItem[],
  action: UploadAction,
): readonly UploadItem[] {
  switch (action.type) {
    case 'add':
      return [action.item, ...items];
    case 'change':
      return items.map((item) => (item.key === action.key ? { ...item, ...action.change } : item));
    case 'remove':
      return items.filter((item) => item.key !== action.key);
  }
}

/** The oldest that waits for its turn, if there is room for one more. */
export function nextInTurn(items: readonly UploadItem[]): UploadItem | undefined {
  const busy = items.filter(({ state }) => state === 'SENDING' || state === 'LOST').length;
  return busy < AT_ONCE ? items.findLast(({ state }) => state === 'WAITING') : undefined;
}

/** Outlives the gallery page, so that an upload goes on while someone works in a session. */
export const uploads = createStore(reduceUploads, []);

interface Sending {
  readonly upload: ResumableUpload;
  attempt: number;
  retry?: ReturnType<typeof setTimeout>;
}

const sending = new Map<number, Sending>();
let lastKey = 0;

/** Send a file to a project; `onStored` is called once the server has it. */
export async function startUpload(
  file: File,
  onStored: () => void,
  projectId: string,
): Promise<void> {
  lastKey += 1;
  const key = lastKey;
  const error = refusal(file);
  const state = error ? 'FAILED' : 'WAITING';
  uploads.dispatch({
    type: 'add',
    item: { key, name: file.name, size: file.size, sent: 0, state, error, projectId },
  });
  if (error) return;
  const events = {
    onProgress: (sent: number) => {
      const current = sending.get(key);
      if (current) current.attempt = 0;
      change(key, { sent, error: null, state: 'SENDING' });
    },
    onDone: () => {
      forget(key);
      onStored();
    },
    onStopped: (stopped: ApiError, canResume: boolean) => onStopped(key, stopped, canResume),
  };
  const upload = await resumableUpload(file, events, projectId);
  if (!uploads.get().some((item) => item.key === key)) return; // cancelled before it began
  sending.set(key, { upload, attempt: 0 });
  startNext();
}

export function pauseUpload(key: number): void {
  clearTimeout(sending.get(key)?.retry);
  sending.get(key)?.upload.pause();
  change(key, { state: 'PAUSED', error: null });
  startNext();
}

/** After a pause, a failure, or while it is lost: go on where it stopped. */
export function resumeUpload(key: number): void {
  clearTimeout(sending.get(key)?.retry);
  change(key, { state: 'WAITING', error: null });
  startNext();
}

/** Cancel it, or dismiss what failed. */
export function dismissUpload(key: number): void {
  clearTimeout(sending.get(key)?.retry);
  sending.get(key)?.upload.cancel();
  forget(key);
}

/** Can `resumeUpload` be offered? An empty file has nothing to go on with. */
export function canRetry(item: UploadItem): boolean {
  return sending.has(item.key);
}

/** Why a file is not worth sending; the server looks at everything else. */
export function refusal(file: Pick<File, 'size' | 'name'>): string | null {
  return file.size === 0 ? `${file.name} is empty; choose a video file.` : null;
}

function onStopped(key: number, error: ApiError, canResume: boolean): void {
  const current = sending.get(key);
  if (!current) return; // cancelled meanwhile
  if (!canResume) {
    change(key, { state: 'FAILED', error: sentenceOf(error) });
    startNext();
    return;
  }
  change(key, { state: 'LOST', error: sentenceOf(error) });
  const delayS = retryDelayS(current.attempt, Math.random());
  current.attempt += 1;
  current.retry = setTimeout(() => current.upload.start(), 1000 * delayS);
}

function startNext(): void {
  for (let next = nextInTurn(uploads.get()); next; next = nextInTurn(uploads.get())) {
    const current = sending.get(next.key);
    if (!current) return; // it starts itself as soon as it has looked for earlier visits
    change(next.key, { state: 'SENDING' });
    current.upload.start();
  }
}

function change(key: number, what: Partial<Pick<UploadItem, 'sent' | 'state' | 'error'>>): void {
  uploads.dispatch({ type: 'change', key, change: what });
}

function forget(key: number): void {
  sending.delete(key);
  uploads.dispatch({ type: 'remove', key });
  startNext();
}
