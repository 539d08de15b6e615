import { useEffect, useState } from 'react';
import { request } from '../api/client';
import { SessionEffort, type SessionEffortResult } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';

export type EffortRow = SessionEffortResult['effort'][number];

const SETTLED_MS = 1500; // after a change: many come at once

/** What each object cost, counted anew when the session has changed; null: not known yet. */
export function useEffort(workspace: Workspace): readonly EffortRow[] | null {
  const sessionId = workspace.session.info.id;
  const version = useStore(workspace.session.store, (state) => state.version);
  const [effort, setEffort] = useState<readonly EffortRow[] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the session is effort
  useEffect(() => {
    const abort = new AbortController();
    const ask = () =>
      request(SessionEffort, { sessionId }, { signal: abort.signal })
        .then((answer) => setEffort(answer.effort))
        .catch(() => undefined); // what was known stays until the server is back
    const timer = setTimeout(ask, effort === null ? 0 : SETTLED_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [sessionId, version]);
  return effort;
}
