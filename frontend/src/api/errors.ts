/** What went wrong, as the one sentence that is shown to people. `code` is for programs. */
export class ApiError extends Error {
  constructor(
    sentence: string,
    readonly code: string,
  ) {
    super(sentence);
    this.name = 'ApiError';
  }
}

export const OFFLINE = 'OFFLINE';
export const NOT_FOUND = 'NOT_FOUND';

export function offline(): ApiError {
  return new ApiError(
    'The server does not answer; see that it is running, then try again.',
    OFFLINE,
  );
}

/** The sentence of anything that was thrown. */
export function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
