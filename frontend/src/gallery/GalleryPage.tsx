import { type ReactNode, useEffect, useState } from 'react';
import type { GalleryResult, VideoCard as Video } from '../api/generated';
import { navigate, PROJECTS_PATH, SESSIONS_PATH } from '../app/router';
import { useStore } from '../app/store';
import { ReviewLink } from '../discussion/ReviewLink';
import { LanguageMenu } from '../i18n/LanguageMenu';
import { t } from '../i18n/t';
import { usePlaceForWork } from '../projects/newWork';
import { openVideo } from '../projects/projectActions';
import { PersonMenu } from '../team/PersonMenu';
import { Button } from '../ui/Button';
import { Logo } from '../ui/Logo';
import { DropZone } from './DropZone';
import { EngineMenu } from './EngineMenu';
import { chosenEngine, engineChoice } from './engineChoice';
import styles from './GalleryPage.module.css';
import { SessionLink } from './SessionLink';
import { UnfinishedUploads } from './UnfinishedUploads';
import { UploadCard } from './UploadCard';
import { startUpload, uploads } from './uploads';
import { useGallery } from './useGallery';
import { VideoCard } from './VideoCard';

const RECENT = 3; // one row

/** The first page: videos to open, a place to drop one's own, and sessions to go back to. */
export function GalleryPage() {
  const { gallery, error, reload } = useGallery();
  const projectId = usePlaceForWork();
  const mayWork = typeof projectId === 'string';
  useEffect(() => {
    document.title = 'Masklet';
  }, []);
  const onFiles = (projectId: string) => (files: readonly File[]) => {
    for (const file of files) void startUpload(file, reload, projectId);
  };
  const page = (panel: ReactNode) => (
    <main className={styles.page} data-testid="gallery">
      <header className={styles.header}>
        <Logo />
        <span className={styles.space} />
        <ReviewLink />
        <Button data-testid="projects" onClick={() => navigate(PROJECTS_PATH)}>
          {t('Projects')}
        </Button>
        {mayWork && gallery && gallery.engines.length > 0 && (
          <EngineMenu engines={gallery.engines} />
        )}
        <LanguageMenu />
        <PersonMenu />
      </header>
      <h1 className={styles.headline}>{t('Click an object once. Get its mask on every frame.')}</h1>
      {panel}
      {mayWork && <UnfinishedUploads />}
      {error && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      {gallery && projectId !== undefined ? (
        <Library gallery={gallery} projectId={projectId} />
      ) : (
        !error && <Skeleton />
      )}
    </main>
  );
  return <DropZone onFiles={mayWork ? onFiles(projectId) : null}>{page}</DropZone>;
}

/** `projectId`: where new work begins; null: nowhere, for who may only look. */
function Library({ gallery, projectId }: { gallery: GalleryResult; projectId: string | null }) {
  const sending = useStore(uploads, (items) => items);
  const [opening, setOpening] = useState(false);
  const own = gallery.library.filter((video) => !video.inGallery);
  const clips = gallery.library.filter((video) => video.inGallery);

  const open = async (video: Video) => {
    if (opening || projectId === null) return;
    setOpening(true);
    const engine = chosenEngine(gallery.engines, engineChoice.get());
    await openVideo(video.id, engine?.id ?? null, projectId);
    setOpening(false);
  };
  const cards = (videos: readonly Video[]) =>
    videos.map((video) => (
      <VideoCard key={video.id} video={video} onOpen={() => void open(video)} />
    ));

  if (projectId === null && gallery.sessions.length === 0) {
    return (
      <p className={styles.empty} data-testid="nothing-shared">
        {t('Nothing is shared with you at present. Ask whoever invited you for a link.')}
      </p>
    );
  }
  return (
    <>
      {gallery.sessions.length > 0 && <Sessions sessions={gallery.sessions} />}
      {projectId !== null && own.length + sending.length > 0 && (
        <Section title={t('Your videos')} grid={styles.videos}>
          {sending.map((item) => (
            <UploadCard key={item.key} item={item} />
          ))}
          {cards(own)}
        </Section>
      )}
      {projectId !== null && clips.length > 0 && (
        <Section title={t('Try one of these')} grid={styles.videos}>
          {cards(clips)}
        </Section>
      )}
    </>
  );
}

function Sessions({ sessions }: { sessions: GalleryResult['sessions'] }) {
  const shown = sessions.slice(0, RECENT);
  const more = (
    <Button data-testid="all-sessions" onClick={() => navigate(SESSIONS_PATH)}>
      {sessions.length > 1
        ? t('All {count} sessions', { count: sessions.length })
        : t('All sessions')}
    </Button>
  );
  return (
    <Section title={t('Go on with')} grid={styles.sessions} aside={more}>
      {shown.map((session) => (
        <SessionLink key={session.id} session={session} />
      ))}
    </Section>
  );
}

interface SectionProps {
  readonly title: string;
  readonly grid: string | undefined;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

function Section(props: SectionProps) {
  return (
    <section className={styles.section} aria-label={props.title}>
      <header className={styles.heading}>
        <h2>{props.title}</h2>
        {props.aside}
      </header>
      <div className={props.grid}>{props.children}</div>
    </section>
  );
}

function Skeleton() {
  return (
    <div className={`${styles.section} ${styles.videos}`} aria-hidden="true">
      {[1, 2, 3, 4].map((i) => (
        <div key={i} className={styles.skeleton} />
      ))}
    </div>
  );
}
