import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import { Gallery, type GalleryResult, Shelf, type ShelfResult } from '../api/generated';
import { navigate } from '../app/router';
import { ReviewLink } from '../discussion/ReviewLink';
import { duration } from '../gallery/format';
import { LanguageMenu } from '../i18n/LanguageMenu';
import { t } from '../i18n/t';
import { usePlaceForWork } from '../projects/newWork';
import { PersonMenu } from '../team/PersonMenu';
import { Button } from '../ui/Button';
import card from '../ui/Card.module.css';
import { Logo } from '../ui/Logo';
import page from '../ui/Page.module.css';
import { Bin } from './Bin';
import { FindSession } from './FindSession';
import { SessionCard } from './SessionCard';
import styles from './SessionsPage.module.css';
import { deleteVideo, restore } from './sessionActions';
import { found, titleOf } from './sessionList';

const EMPTY: ShelfResult = { unusedVideos: [], deletedSessions: [] };

/** All sessions: found by name, renamed, duplicated, deleted and brought back; and videos that nobody uses. */
export function SessionsPage() {
  const { gallery, shelf, error, reload } = useSessions();
  const mayWork = typeof usePlaceForWork() === 'string';
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    document.title = `${t('Sessions')} · Masklet`;
  }, []);
  const shown = found(gallery?.sessions ?? [], wanted);
  const restorable = shelf.deletedSessions.filter((one) => one.mayInProject.includes('EDIT'));
  const idle = shelf.unusedVideos;
  return (
    <main className={page.page} data-testid="sessions-page">
      <header className={page.header}>
        <Logo />
        <h1>{t('Sessions')}</h1>
        <span className={page.space} />
        <FindSession wanted={wanted} onChange={setWanted} />
        <ReviewLink />
        {mayWork && (
          <Button look="outlined" onClick={() => navigate('/')}>
            {t('New session')}
          </Button>
        )}
        <LanguageMenu />
        <PersonMenu />
      </header>
      {error && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      {gallery && shown.length === 0 && (
        <p className={styles.empty}>
          {wanted ? t('No session is called so.') : t('There is no session yet.')}
        </p>
      )}
      <div className={styles.grid}>
        {shown.map((session) => (
          <SessionCard key={session.id} session={session} reload={reload} />
        ))}
      </div>
      {idle.length > 0 && (
        <section className={styles.section} aria-label={t('Videos without a session')}>
          <h2>{t('Videos without a session')}</h2>
          {idle.map((video) => (
            <div key={video.id} className={styles.line} data-testid="unused-video">
              <span className={card.title}>{video.title}</span>
              <span className={card.detail}>
                {duration(video.fps > 0 ? video.numFrames / video.fps : 0)}
              </span>
              <Button
                icon="trash"
                data-testid="delete-video"
                onClick={() => void deleteVideo(video.id, video.title, reload)}
              >
                {t('Delete for good')}
              </Button>
            </div>
          ))}
        </section>
      )}
      {restorable.length > 0 && (
        <Bin
          title={t('Deleted sessions')}
          note={t('They are kept for thirty days.')}
          things={restorable.map((session) => ({ id: session.id, title: titleOf(session) }))}
          kind="session"
          onRestore={(id) => void restore(id, reload)}
        />
      )}
    </main>
  );
}

function useSessions() {
  const [gallery, setGallery] = useState<GalleryResult | null>(null);
  const [shelf, setShelf] = useState(EMPTY);
  const [error, setError] = useState<string | null>(null);
  const alive = useRef(true);
  const reload = useCallback(async () => {
    try {
      const [now, aside] = await Promise.all([request(Gallery, {}), request(Shelf, {})]);
      if (!alive.current) return;
      setGallery(now);
      setShelf(aside);
      setError(null);
    } catch (thrown) {
      if (alive.current) setError(sentenceOf(thrown));
    }
  }, []);
  useEffect(() => {
    alive.current = true;
    void reload();
    const onFocus = () => void reload();
    window.addEventListener('focus', onFocus);
    return () => {
      alive.current = false;
      window.removeEventListener('focus', onFocus);
    };
  }, [reload]);
  return { gallery, shelf, error, reload };
}
