import { onRefusal, request } from '../api/client';
import { FORBIDDEN } from '../api/errors';
import { type May, SessionMay } from '../api/generated';
import { createStore, type Store, useStore } from '../app/store';
import type { LiveSession } from '../session/liveSession';
import { askWho } from './who';

/** What this person may do in an open session. The one thing that decides what is offered; the server decides anew. */
export type Capabilities = Store<ReadonlySet<May>, readonly May[]>;

export function capabilities(first: readonly May[]): Capabilities {
  return createStore((now, next) => (isSame(now, next) ? now : new Set(next)), new Set(first));
}

/** Renders anew when a role changes while the page is open. */
export function useMay(workspace: { readonly may: Capabilities }, need: May): boolean {
  return useStore(workspace.may, (now) => now.has(need));
}

/**
 * An owner may change a role while the page is open. So it is asked again whenever the feed comes back (the server
 * ends it then) and whenever something is refused. `onLookOn`: from now on they may not edit.
 */
export function followRole(
  may: Capabilities,
  { info, connection }: LiveSession,
  onLookOn: () => void,
): () => void {
  let isFirst = true;
  const ask = () =>
    request(SessionMay, { id: info.id }).then(
      ({ session }) => may.dispatch(session.may),
      () => undefined, // gone or away: the feed says which
    );
  const leave = [
    connection.subscribe(() => {
      const status = connection.get();
      if (status === 'live' && !isFirst) void ask();
      if (status === 'live') isFirst = false;
      if (status === 'lost' || status === 'gone') void askWho();
    }),
    onRefusal((code) => {
      if (code === FORBIDDEN) void ask();
    }),
    may.subscribe(() => {
      if (!may.get().has('EDIT')) onLookOn();
    }),
  ];
  return () => {
    for (const stop of leave) stop();
  };
}

function isSame(now: ReadonlySet<May>, next: readonly May[]): boolean {
  return now.size === next.length && next.every((one) => now.has(one));
}
