import { onRefusal, request } from '../api/client';
import { UNAUTHENTICATED } from '../api/errors';
import { type MeFields, WhoAmI } from '../api/generated';
import { createStore, useStore } from '../app/store';

/** Who sits at this browser, as far as the page knows. */
export type Who =
  | { readonly kind: 'asking' }
  | { readonly kind: 'in'; readonly me: MeFields }
  /** `wasIn`: they had access while this page was open, and have it no more. */
  | { readonly kind: 'out'; readonly signInUrl: string | null; readonly wasIn: boolean };

export type WhoAction =
  | { readonly type: 'told'; readonly me: MeFields }
  | { readonly type: 'refused' };

export function reduceWho(who: Who, action: WhoAction): Who {
  const wasIn = who.kind === 'in' || (who.kind === 'out' && who.wasIn);
  if (action.type === 'told' && action.me.person) return { kind: 'in', me: action.me };
  const known = who.kind === 'out' ? who.signInUrl : null;
  return { kind: 'out', signInUrl: action.type === 'told' ? action.me.signInUrl : known, wasIn };
}

export const who = createStore(reduceWho, { kind: 'asking' } as Who);

export function useWho(): Who {
  return useStore(who, (now) => now);
}

/** Ask the server again: after a join, a new name, a sign-out, and where access may have ended. */
export async function askWho(): Promise<void> {
  try {
    const { me } = await request(WhoAmI, {});
    who.dispatch({ type: 'told', me });
  } catch {
    // the server is away, which others say: what is known stays
  }
}

/** From now on the page knows who one is, and hears at once of a refusal. Returns the way to stop. */
export function watchWho(): () => void {
  void askWho();
  let isAsking = false; // a refusal of this very question asks no more
  return onRefusal((code) => {
    if (code !== UNAUTHENTICATED || isAsking) return;
    who.dispatch({ type: 'refused' });
    isAsking = true;
    void askWho().finally(() => {
      isAsking = false;
    }); // for the way to sign in
  });
}

export async function signOut(): Promise<void> {
  await fetch('/api/sign-out', { method: 'POST' }).catch(() => undefined);
  window.location.assign('/'); // a fresh page: nothing of what was seen stays in its memory
}
