import { useEffect, useState } from 'react';
import { useStore } from '../app/store';
import { t } from '../i18n/t';
import { Icon } from '../ui/Icon';
import type { LiveSession } from './liveSession';
import styles from './SessionPage.module.css';

const QUIET_MS = 900; // a hiccup shorter than this is not worth a word

/** Says that the server is away, for as long as it is, and how much has not been sent. */
export function ConnectionBanner({ session }: { session: LiveSession }) {
  const isLost = useStore(session.connection, (status) => status === 'lost');
  const { unsent, isAway, isStuck } = useStore(session.outbox.state, (state) => state);
  const isSilent = isLost || isStuck;
  const isTroubled = isLost || isAway;
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isTroubled) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [isTroubled]);
  if (!isShown) return null;
  return (
    <div
      className={styles.banner}
      role="alert"
      data-testid="connection-lost"
      data-unsent={isAway ? unsent : 0}
    >
      <Icon name="link" size={16} />
      <span>
        {isSilent && t('The server does not answer. Masklet keeps trying and goes on by itself.')}{' '}
        {isAway && (isSilent ? keptText(unsent) : sendingText(unsent))}
      </span>
    </div>
  );
}

function keptText(count: number): string {
  return count === 1
    ? t('1 change is not sent yet; this browser keeps it.')
    : t('{count} changes are not sent yet; this browser keeps them.', { count });
}

function sendingText(count: number): string {
  return count === 1 ? t('Sending 1 change…') : t('Sending {count} changes…', { count });
}
