import { useEffect, useRef } from 'react';
import type { Message } from '../i18n/catalogues';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import shared from '../ui/Card.module.css';
import { Progress } from '../ui/Progress';
import styles from './cards.module.css';
import { bytes } from './format';
import {
  canRetry,
  dismissUpload,
  pauseUpload,
  resumeUpload,
  type UploadItem,
  type UploadState,
} from './uploads';
import { Poster } from './VideoCard';

const LABELS: Readonly<Record<UploadState, Message>> = {
  WAITING: 'Waiting for its turn',
  SENDING: 'Uploading',
  PAUSED: 'Paused',
  LOST: 'Goes on by itself',
  FAILED: 'Not uploaded',
};

/** A file on its way: how much the server has, and a way to pause, go on, and cancel. */
export function UploadCard({ item }: { item: UploadItem }) {
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const failed = item.state === 'FAILED';
  return (
    <div ref={card} className={styles.card} data-testid="upload-card" data-state={item.state}>
      <Poster url={null} />
      <span className={styles.caption}>
        <span className={`${shared.title} ${styles.title}`}>{item.name}</span>
        {!failed && <Progress label={t(LABELS[item.state])} fraction={item.sent / item.size} />}
        <span className={item.error ? styles.failed : `${shared.detail} number`} role="status">
          {item.error ?? t('{sent} of {size}', { sent: bytes(item.sent), size: bytes(item.size) })}
        </span>
      </span>
      <span className={styles.corner}>
        <UploadButtons item={item} />
      </span>
    </div>
  );
}

function UploadButtons({ item }: { item: UploadItem }) {
  const { key, name, state } = item;
  const isOnItsWay = state === 'SENDING' || state === 'WAITING';
  return (
    <>
      {isOnItsWay && (
        <Button
          icon="pause"
          aria-label={t('Pause the upload of {name}', { name })}
          title={t('Pause')}
          data-testid="upload-pause"
          onClick={() => pauseUpload(key)}
        />
      )}
      {!isOnItsWay && canRetry(item) && (
        <Button
          icon={state === 'PAUSED' ? 'play' : 'redo'}
          aria-label={t('Go on with the upload of {name}', { name })}
          title={t(state === 'PAUSED' ? 'Go on' : 'Try again now')}
          data-testid="upload-resume"
          onClick={() => resumeUpload(key)}
        />
      )}
      <Button
        icon="close"
        aria-label={state === 'FAILED' ? t('Dismiss') : t('Cancel the upload of {name}', { name })}
        title={t(state === 'FAILED' ? 'Dismiss' : 'Cancel')}
        data-testid="upload-cancel"
        onClick={() => dismissUpload(key)}
      />
    </>
  );
}
