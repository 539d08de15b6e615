import { useEffect, useState } from 'react';
import { useStore } from '../app/store';
import { t } from '../i18n/t';
import { Icon } from '../ui/Icon';
import type { LiveSession } from './liveSession';
import styles from './SessionPage.module.css';

const QUIET_MS = 900; // a hiccup shorter than this is not worth a word

/** Says that the server is away, for as long as it is. */
export function ConnectionBanner({ session }: { session: LiveSession }) {
  const isLost = useStore(session.connection, (status) => status === 'lost');
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isLost) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  if (!isShown) return null;
  return (
    <div className={styles.banner} role="alert" data-testid="connection-lost">
      <Icon name="link" size={16} />
      {t('The server does not answer. Masklet keeps trying and goes on by itself.')}
    </div>
  );
}
