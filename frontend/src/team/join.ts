import { fromServer } from '../i18n/server/fromServer';

/** Where to go on, or why not. `needsPassphrase`: the link is good, and asks for one (or another one). */
export type JoinAnswer =
  | { readonly kind: 'in'; readonly to: string }
  | { readonly kind: 'refused'; readonly sentence: string; readonly code: string };

export interface JoinRequest {
  readonly secret: string;
  readonly name: string;
  readonly passphrase: string; // empty: none
}

/** The link asks for a passphrase; it was not given, or is another one. */
const PASSPHRASE_CODES: ReadonlySet<string> = new Set(['PASSPHRASE_NEEDED', 'PASSPHRASE_WRONG']);

export function asksForPassphrase(code: string): boolean {
  return PASSPHRASE_CODES.has(code);
}

/**
 * The secret of a share link, out of the address bar at once: neither the history nor a screenshot keeps it.
 * A fragment is never sent, so no server or proxy has seen it. Empty where there is none.
 */
export function takeSecret(
  place: Pick<Location, 'hash' | 'pathname'>,
  history: Pick<History, 'replaceState'>,
): string {
  const secret = place.hash.slice(1);
  if (secret) history.replaceState(null, '', place.pathname);
  return secret;
}

/** Only a page of this very server: an answer never leads to another one. */
export function ownPath(to: unknown): string {
  return typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : '/';
}

interface JoinBody {
  readonly to?: unknown;
  readonly error?: string;
  readonly code?: string;
}

export async function join({ secret, name, passphrase }: JoinRequest): Promise<JoinAnswer> {
  let response: Response;
  try {
    response = await fetch('/api/join', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ secret, name, ...(passphrase && { passphrase }) }),
    });
  } catch {
    return refused('', 'OFFLINE');
  }
  const body = (await response.json().catch(() => ({}))) as JoinBody;
  if (response.ok) return { kind: 'in', to: ownPath(body.to) };
  return refused(fromServer(body.error ?? ''), body.code ?? '');
}

function refused(sentence: string, code: string): JoinAnswer {
  return { kind: 'refused', sentence, code };
}
