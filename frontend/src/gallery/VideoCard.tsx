import type { VideoCard as Video } from '../api/generated';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import card from '../ui/Card.module.css';
import { Icon } from '../ui/Icon';
import { Progress } from '../ui/Progress';
import styles from './cards.module.css';
import { duration } from './format';

/** A video of the library: a click opens it; while it is imported it shows how far that is. */
export function VideoCard({ video, onOpen }: { video: Video; onOpen: () => void }) {
  const isReady = video.state === 'READY';
  return (
    <button
      type="button"
      className={styles.card}
      disabled={!isReady}
      onClick={onOpen}
      data-testid="video-card"
      data-state={video.state}
    >
      {isReady && <span className={styles.open}>{t('Open')} </span>}
      <Poster url={isReady ? video.posterUrl : null} />
      <span className={styles.caption}>
        <span className={`${card.title} ${styles.title}`}>{video.title}</span>
        <Detail video={video} />
      </span>
    </button>
  );
}

export function Poster({ url }: { url: string | null }) {
  return (
    <span className={styles.poster}>
      {url ? (
        <img src={url} alt="" loading="lazy" draggable={false} />
      ) : (
        <Icon name="film" size={28} />
      )}
    </span>
  );
}

function Detail({ video }: { video: Video }) {
  if (video.state === 'FAILED') {
    return (
      <span className={styles.failed}>
        {video.error ? fromServer(video.error) : t('This file could not be read.')}
      </span>
    );
  }
  if (video.state === 'IMPORTING') {
    return <Progress label={t('Reading the video')} fraction={video.progress} />;
  }
  const seconds = video.fps > 0 ? video.numFrames / video.fps : 0;
  return (
    <span className={`${card.detail} number`}>
      {video.width}×{video.height} · {frames(video.numFrames)} · {duration(seconds)}
    </span>
  );
}

function frames(count: number): string {
  return count === 1 ? t('1 frame') : t('{count} frames', { count });
}
