/** What a link, a membership or a token is for. Neither: the whole server. */
export interface Place {
  readonly projectId?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** As variables of an operation. */
export function placeVariables({ projectId, sessionId }: Place) {
  return { projectId: projectId ?? null, sessionId: sessionId ?? null };
}

/** Is it for exactly this place, and not for what that lies in? */
export function isOf(
  one: { readonly projectId: string | null; readonly sessionId: string | null },
  { projectId, sessionId }: Place,
): boolean {
  return one.projectId === (projectId ?? null) && one.sessionId === (sessionId ?? null);
}
