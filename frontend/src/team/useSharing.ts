import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import {
  type LinkFields,
  type MemberFields,
  Newcomers,
  type PersonFields,
  Sharing,
} from '../api/generated';
import { type Place, placeVariables } from './place';

export interface SharingView {
  readonly links: readonly LinkFields[];
  readonly members: readonly MemberFields[];
  readonly newcomers: readonly PersonFields[]; // of the server: who signed in, and has no role
  readonly error: string | null;
  readonly isLoaded: boolean;
  /** Do something, then read anew; a refusal is shown. Resolves to what was done, null where it was refused. */
  readonly attempt: <Result>(work: Promise<Result>) => Promise<Result | null>;
}

const LOOK_AGAIN_MS = 5000; // somebody may use a link while it is looked at

/** The links and people of a place, as they are now. */
export function useSharing(place: Place): SharingView {
  const { projectId, sessionId } = place;
  const [links, setLinks] = useState<readonly LinkFields[]>([]);
  const [members, setMembers] = useState<readonly MemberFields[]>([]);
  const [newcomers, setNewcomers] = useState<readonly PersonFields[]>([]);
  const [isLoaded, setLoaded] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const alive = useRef(true);

  const load = useCallback(async () => {
    try {
      const answer = await request(Sharing, placeVariables({ projectId, sessionId }));
      if (!alive.current) return;
      setLinks(answer.links);
      setMembers(answer.members);
      if (!projectId && !sessionId) {
        const signedIn = await request(Newcomers, {});
        if (alive.current) setNewcomers(signedIn.newcomers);
      }
      setLoaded(true);
    } catch (thrown) {
      if (alive.current) setError(sentenceOf(thrown));
    }
  }, [projectId, sessionId]);

  useEffect(() => {
    alive.current = true;
    void load();
    const timer = setInterval(() => void load(), LOOK_AGAIN_MS);
    return () => {
      alive.current = false;
      clearInterval(timer);
    };
  }, [load]);

  const attempt = useCallback(
    async <Result>(work: Promise<Result>): Promise<Result | null> => {
      setError(null);
      try {
        return await work;
      } catch (thrown) {
        if (alive.current) setError(sentenceOf(thrown));
        return null;
      } finally {
        await load();
      }
    },
    [load],
  );
  return { links, members, newcomers, error, isLoaded, attempt };
}
