import { useEffect, useRef } from 'react';
import { Button } from '../ui/Button';
import { Progress } from '../ui/Progress';
import styles from './cards.module.css';
import { dismissUpload, type UploadItem } from './uploads';
import { Poster } from './VideoCard';

/** A file on its way: how much has been sent, or why it was refused. */
export function UploadCard({ item }: { item: UploadItem }) {
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div
      ref={card}
      className={styles.card}
      data-testid="upload-card"
      data-state={item.error ? 'FAILED' : 'SENDING'}
    >
      <Poster url={null} />
      <span className={styles.caption}>
        <span className={styles.title}>{item.name}</span>
        {item.error ? (
          <span className={styles.failed}>{item.error}</span>
        ) : (
          <Progress label="Uploading" fraction={item.fraction} />
        )}
      </span>
      <span className={styles.corner}>
        <Button
          icon="close"
          aria-label={item.error ? 'Dismiss' : `Cancel the upload of ${item.name}`}
          onClick={() => dismissUpload(item)}
        />
      </span>
    </div>
  );
}
