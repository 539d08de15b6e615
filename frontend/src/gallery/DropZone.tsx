import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import styles from './DropZone.module.css';

const ACCEPTED = 'video/*,.mp4,.mov,.m4v,.webm,.mkv,.avi,.ts,.mts,.m2ts,.gif,.apng';

/**
 * The whole page takes files that are dropped; the panel at its top says so and opens the file picker. Without
 * `onFiles` it takes none; the page stays in its place, with the focus, when it is known later that it may.
 */
export function DropZone({
  onFiles,
  children,
}: {
  onFiles: ((files: readonly File[]) => void) | null;
  children: (panel: ReactNode) => ReactNode;
}) {
  const [isOver, setOver] = useState(false);
  const depth = useRef(0); // dragenter and dragleave also come from the children
  const input = useRef<HTMLInputElement>(null);

  const onDrag = (change: number) => (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    depth.current += change;
    setOver(depth.current > 0);
  };
  const takesDrops = onFiles && {
    onDragEnter: onDrag(1),
    onDragLeave: onDrag(-1),
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      depth.current = 0;
      setOver(false);
      onFiles([...event.dataTransfer.files]);
    },
    'data-testid': 'drop-zone',
  };
  const panel = onFiles && (
    <div className={styles.panel}>
      <span className={styles.symbol}>
        <Icon name="upload" size={22} />
      </span>
      <div className={styles.words}>
        <p className={styles.lead}>{t('Drop a video here')}</p>
        <p className={styles.note}>
          {t('MP4, MOV, WebM, MKV or AVI. Masks fall on exactly its frames.')}
        </p>
      </div>
      <Button look="primary" onClick={() => input.current?.click()} data-testid="choose-video">
        {t('Choose a video')}
      </Button>
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        multiple
        hidden
        data-testid="file-input"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = ''; // so that the same file can be chosen again
        }}
      />
    </div>
  );
  return (
    <div className={styles.zone} {...takesDrops}>
      {children(panel)}
      {isOver && (
        <div className={styles.veil}>
          <div className={styles.target}>
            <Icon name="upload" size={34} />
            {t('Let go to add the video')}
          </div>
        </div>
      )}
    </div>
  );
}
