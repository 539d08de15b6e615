import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, NOT_FOUND, sentenceOf } from '../api/errors';

const RETRY_MS = 2500;

/** What a page shows: null until the first answer; `error` where the last one was none. */
export interface Answer<Result> {
  readonly result: Result | null;
  readonly error: string | null;
  readonly isMissing: boolean;
  readonly reload: () => void;
}

/**
 * Asks at once, when the window is looked at again, and after `againMs(result)` while it is looked at; null where
 * nothing is expected to change by itself.
 */
export function useAnswer<Result>(
  ask: () => Promise<Result>,
  againMs: (result: Result) => number | null,
): Answer<Result> {
  const [shown, setShown] = useState<Omit<Answer<Result>, 'reload'>>(NOTHING);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0); // only the newest answer counts
  const current = useRef({ ask, againMs });
  current.current = { ask, againMs };

  const reload = useCallback(async () => {
    clearTimeout(timer.current);
    asked.current += 1;
    const mine = asked.current;
    let next: number | null;
    try {
      const result = await current.current.ask();
      if (mine !== asked.current) return;
      setShown({ result, error: null, isMissing: false });
      next = current.current.againMs(result);
    } catch (thrown) {
      if (mine !== asked.current) return;
      const isMissing = thrown instanceof ApiError && thrown.code === NOT_FOUND;
      setShown((before) => ({ ...before, error: sentenceOf(thrown), isMissing }));
      next = isMissing ? null : RETRY_MS;
    }
    const again = () => {
      if (!document.hidden) void reload(); // else the focus asks
    };
    if (next !== null) timer.current = setTimeout(again, next);
  }, []);

  useEffect(() => {
    void reload();
    const onFocus = () => void reload();
    window.addEventListener('focus', onFocus);
    return () => {
      asked.current += 1; // what comes now is for nobody
      clearTimeout(timer.current);
      window.removeEventListener('focus', onFocus);
    };
  }, [reload]);

  return { ...shown, reload: () => void reload() };
}

const NOTHING = { result: null, error: null, isMissing: false } as const;
