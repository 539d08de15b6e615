import { DetailedError, defaultOptions, Upload } from 'tus-js-client';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import { ApiError, offline } from './errors';

const ENDPOINT = '/api/uploads';
const CHUNK_BYTES = 64 * 2 ** 20; // a proxy that wants whole requests still gets small ones
const GONE = new Set([404, 410]);
const AGAIN = new Set([409, 423, 429]); // what else is below 500 will be refused again

/** What a sending file tells. */
export interface UploadEvents {
  readonly onProgress: (sent: number) => void;
  readonly onDone: () => void;
  /** `canResume`: nothing is wrong with the file; call `start` again when there is hope. */
  readonly onStopped: (error: ApiError, canResume: boolean) => void;
}

/** A file on its way, piece by piece: what the server has is never sent again. */
export interface ResumableUpload {
  /** Begin, or go on where it stopped. */
  start(): void;
  pause(): void;
  /** The server forgets what it has of it. */
  cancel(): void;
}

/** Bytes that an earlier visit sent of this file count, also after the tab was closed: choose it again. */
export async function resumableUpload(
  file: File,
  events: UploadEvents,
  projectId: string,
): Promise<ResumableUpload> {
  const upload = new Upload(file, {
    endpoint: `${ENDPOINT}?project=${encodeURIComponent(projectId)}`,
    chunkSize: CHUNK_BYTES,
    retryDelays: null, // the caller decides when, for ever if need be
    metadata: { filename: file.name },
    removeFingerprintOnSuccess: true,
    onProgress: (sent) => events.onProgress(sent),
    onSuccess: () => events.onDone(),
    onError: (thrown) => events.onStopped(...whyStopped(thrown)),
  });
  const [previous] = await upload.findPreviousUploads().catch(() => []);
  if (previous) upload.resumeFromPreviousUpload(previous);
  return {
    start: () => upload.start(),
    pause: () => void upload.abort(),
    cancel: () => void upload.abort(true).catch(() => {}), // else it expires on the server
  };
}

/** An upload that an earlier visit began. */
export interface UnfinishedUpload {
  readonly url: string;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly forget: () => Promise<void>;
}

/** What this browser began and did not finish, and the server still has. */
export async function unfinishedUploads(): Promise<readonly UnfinishedUpload[]> {
  const storage = defaultOptions.urlStorage;
  const known = await storage.findAllUploads().catch(() => []);
  const found = await Promise.all(
    known.map(async ({ uploadUrl, urlStorageKey, metadata, size }) => {
      if (!uploadUrl || size === null) return null;
      const answer = await fetch(uploadUrl, {
        method: 'HEAD',
        headers: { 'Tus-Resumable': '1.0.0' },
      });
      const sent = Number(answer.headers.get('Upload-Offset'));
      if (GONE.has(answer.status) || (answer.ok && sent === size))
        await storage.removeUpload(urlStorageKey);
      if (!answer.ok || sent === size) return null;
      const forget = async () => {
        await storage.removeUpload(urlStorageKey);
        await Upload.terminate(uploadUrl, { retryDelays: null }).catch(() => {});
      };
      return { url: uploadUrl, name: metadata.filename ?? t('A file'), size, sent, forget };
    }),
  );
  return found.filter((one) => one !== null);
}

/** The server's sentence, or ours; and whether going on may help. */
export function whyStopped(thrown: Error): [ApiError, boolean] {
  const response = thrown instanceof DetailedError ? thrown.originalResponse : null;
  const status = response?.getStatus() ?? 0;
  if (!response || status === 0) return [offline(), true];
  const canResume = status >= 500 ? status !== 507 : AGAIN.has(status);
  return [new ApiError(told(response.getBody()) ?? fallback(status), 'UPLOAD'), canResume];
}

function told(body: string): string | null {
  try {
    const answer = JSON.parse(body) as { error?: unknown };
    return typeof answer.error === 'string' ? fromServer(answer.error) : null;
  } catch {
    return null; // no JSON: a proxy answered
  }
}

function fallback(status: number): string {
  if (status === 413) return t('The file is too large for this server.');
  return t('The server did not take the file (status {status}); try again.', { status });
}
