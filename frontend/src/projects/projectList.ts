import type { OneProjectResult, ProgressFields } from '../api/generated';
import { found } from '../sessions/sessionList';

export type ProjectSession = OneProjectResult['projectSessions'][number];

/** Whose sessions are shown. */
export type Whose = 'all' | 'mine' | 'nobody';

/** The sessions of a project that are wanted: by the words of their names, and by who is to do them. */
export function shownSessions(
  sessions: readonly ProjectSession[],
  wanted: string,
  whose: Whose,
): readonly ProjectSession[] {
  const named = new Set(
    found(
      sessions.map(({ session }) => session),
      wanted,
    ),
  );
  return sessions.filter(
    (one) =>
      named.has(one.session) &&
      (whose === 'all' || (whose === 'mine' ? one.isMine : one.assigneeIds.length === 0)),
  );
}

/** How much of the frames is verified, is masked beyond that, and is left; together 1. */
export interface Shares {
  readonly verified: number;
  readonly masked: number;
  readonly left: number;
}

export function sharesOf({ frames, framesMasked, framesVerified }: ProgressFields): Shares {
  if (frames === 0) return { verified: 0, masked: 0, left: 1 };
  const verified = Math.min(1, framesVerified / frames);
  const masked = Math.min(1 - verified, Math.max(0, framesMasked - framesVerified) / frames);
  return { verified, masked, left: 1 - verified - masked };
}

/** 0.996 -> 99: a whole hundred only when all of it is done; and what was begun is not nothing. */
export function percent(share: number): number {
  if (share >= 1) return 100;
  return share > 0 ? Math.max(1, Math.min(99, Math.round(100 * share))) : 0;
}
