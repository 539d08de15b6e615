import { sentenceOf } from '../api/errors';
import { uploadVideo } from '../api/upload';
import { createStore } from '../app/store';

/** A file on its way to the server. */
export interface UploadItem {
  readonly key: number;
  readonly name: string;
  readonly fraction: number; // sent so far, 0..1
  readonly error: string | null;
  readonly cancel: () => void;
}

type UploadAction =
  | { type: 'add'; item: UploadItem }
  | { type: 'change'; key: number; change: Partial<Pick<UploadItem, 'fraction' | 'error'>> }
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

/** Outlives the gallery page, so that an upload goes on while someone works in a session. */
export const uploads = createStore(reduceUploads, []);

let lastKey = 0;

/** Send a file; `onStored` is called once the server has it. */
export async function startUpload(file: File, onStored: () => void): Promise<void> {
  lastKey += 1;
  const key = lastKey;
  const refused = refusal(file);
  if (refused) {
    uploads.dispatch({
      type: 'add',
      item: { key, name: file.name, fraction: 0, error: refused, cancel: noop },
    });
    return;
  }
  const upload = uploadVideo(file, (fraction) =>
    uploads.dispatch({ type: 'change', key, change: { fraction } }),
  );
  const item = { key, name: file.name, fraction: 0, error: null, cancel: upload.cancel };
  uploads.dispatch({ type: 'add', item });
  try {
    await upload.done;
    uploads.dispatch({ type: 'remove', key });
    onStored();
  } catch (thrown) {
    uploads.dispatch({ type: 'change', key, change: { error: sentenceOf(thrown) } });
  }
}

export function dismissUpload(item: UploadItem): void {
  if (item.error === null) item.cancel();
  uploads.dispatch({ type: 'remove', key: item.key });
}

/** Why a file is not worth sending; the server looks at everything else. */
export function refusal(file: Pick<File, 'size' | 'name'>): string | null {
  return file.size === 0 ? `${file.name} is empty; choose a video file.` : null;
}

function noop(): void {}
