import { t } from '../i18n/t';

/** What a thing is now that somebody else changed before a stale edit came: `extensions.present` of its refusal. */
export interface Present {
  readonly kind: 'OBJECT' | 'PROMPTS' | 'VERIFIED' | 'VERDICT' | 'ORDER' | 'TITLE' | 'CLASSES';
  readonly version: number; // as `seen`, it lets the edit replace just this
  readonly by: string | null; // null: nobody else that the server knows by name
  readonly objectId: number | null;
  readonly frameIdx: number | null;
  readonly object: { readonly name: string; readonly removed: boolean } | null;
}

/** What went wrong, as the one sentence that is shown to people. `code` is for programs. */
export class ApiError extends Error {
  /** It was kept for a while before it was sent: whoever made it may have gone on to something else. */
  hadToWait = false;

  constructor(
    sentence: string,
    readonly code: string,
    readonly present: Present | null = null,
  ) {
    super(sentence);
    this.name = 'ApiError';
  }
}

export const OFFLINE = 'OFFLINE';
export const NOT_FOUND = 'NOT_FOUND';
export const TOO_MANY_REQUESTS = 'TOO_MANY_REQUESTS';
/** Nobody knows who asks: access has ended, or never was. */
export const UNAUTHENTICATED = 'UNAUTHENTICATED';
/** It is known who asks, and they may not do this here. */
export const FORBIDDEN = 'FORBIDDEN';

export function offline(): ApiError {
  return new ApiError(
    t('The server does not answer; see that it is running, then try again.'),
    OFFLINE,
  );
}

/** The sentence of anything that was thrown. */
export function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
