import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import { Gallery, type GalleryResult } from '../api/generated';

const POLL_MS = 700; // while something is being imported
const RETRY_MS = 2500;

export interface GalleryView {
  readonly gallery: GalleryResult | null; // null until the first answer
  readonly error: string | null;
  readonly reload: () => void;
}

/** The library, the sessions and the engines; watched while a video is being imported. */
export function useGallery(): GalleryView {
  const [gallery, setGallery] = useState<GalleryResult | null>(null);
  const [error, setError] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const alive = useRef(true);

  const reload = useCallback(async () => {
    clearTimeout(timer.current);
    let again: number | null = null;
    try {
      const answer = await request(Gallery, {});
      if (!alive.current) return;
      setGallery(answer);
      setError(null);
      if (answer.library.some((video) => video.state === 'IMPORTING')) again = POLL_MS;
    } catch (thrown) {
      if (!alive.current) return;
      setError(sentenceOf(thrown));
      again = RETRY_MS;
    }
    clearTimeout(timer.current);
    if (again !== null) timer.current = setTimeout(() => void reload(), again);
  }, []);

  useEffect(() => {
    alive.current = true;
    void reload();
    const onFocus = () => void reload();
    window.addEventListener('focus', onFocus);
    return () => {
      alive.current = false;
      clearTimeout(timer.current);
      window.removeEventListener('focus', onFocus);
    };
  }, [reload]);

  return { gallery, error, reload };
}
