import { ApiError, offline } from './errors';

export interface Upload {
  /** Resolves to the new video's id once its bytes are safe on the server. */
  readonly done: Promise<string>;
  cancel(): void;
}

/** Send a video file. XHR, since fetch cannot tell how much has been sent. `onProgress` gets 0..1. */
export function uploadVideo(file: File, onProgress: (fraction: number) => void): Upload {
  const xhr = new XMLHttpRequest();
  const done = new Promise<string>((resolve, reject) => {
    xhr.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    xhr.onerror = () => reject(offline());
    xhr.onabort = () => reject(new ApiError('The upload was cancelled.', 'CANCELLED'));
    xhr.onload = () => {
      try {
        resolve(videoIdOf(xhr.status, xhr.responseText));
      } catch (thrown) {
        reject(thrown);
      }
    };
    xhr.open('POST', `/api/videos?name=${encodeURIComponent(file.name)}`);
    xhr.setRequestHeader('content-type', 'application/octet-stream');
    xhr.send(file);
  });
  return { done, cancel: () => xhr.abort() };
}

/** The id in an upload's answer; throws the server's sentence. */
export function videoIdOf(status: number, body: string): string {
  let answer: { videoId?: unknown; error?: unknown } = {};
  try {
    answer = JSON.parse(body) as typeof answer;
  } catch {
    // no JSON: a proxy answered, or nothing did; the sentence below says so
  }
  if (status === 201 && typeof answer.videoId === 'string') return answer.videoId;
  if (typeof answer.error === 'string') throw new ApiError(answer.error, 'UPLOAD');
  if (status === 413) throw new ApiError('The file is too large for this server.', 'UPLOAD');
  throw new ApiError(`The server did not take the file (status ${status}); try again.`, 'UPLOAD');
}
