import { useEffect, useState } from 'react';
import { type UnfinishedUpload, unfinishedUploads } from '../api/upload';
import { useStore } from '../app/store';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import styles from './UnfinishedUploads.module.css';
import { uploads } from './uploads';

/** Uploads that a closed tab left behind: choosing the same file again goes on with them. */
export function UnfinishedUploads() {
  const [left, setLeft] = useState<readonly UnfinishedUpload[]>([]);
  const sending = useStore(uploads, (items) => items);
  useEffect(() => {
    let isHere = true;
    unfinishedUploads()
      .then((found) => isHere && setLeft(found))
      .catch(() => {}); // the server is away; the page says so already
    return () => {
      isHere = false;
    };
  }, []);
  const shown = left.filter(
    ({ name, size }) => !sending.some((item) => item.name === name && item.size === size),
  );
  if (shown.length === 0) return null;
  return (
    <ul className={styles.list} aria-label={t('Unfinished uploads')}>
      {shown.map((upload) => (
        <li key={upload.url} className={styles.row} data-testid="unfinished-upload">
          <span>
            {t('{percent} % of {name} is uploaded: choose the same file again to go on.', {
              percent: Math.floor((100 * upload.sent) / upload.size),
              name: upload.name,
            })}
          </span>
          <Button
            icon="close"
            aria-label={t('Forget the unfinished upload of {name}', { name: upload.name })}
            title={t('Forget it')}
            onClick={() => {
              setLeft((all) => all.filter(({ url }) => url !== upload.url));
              void upload.forget();
            }}
          />
        </li>
      ))}
    </ul>
  );
}
