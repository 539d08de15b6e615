import type { SessionCard } from '../api/generated';
import { sessionPath } from '../app/router';
import { fromServer } from '../i18n/server/fromServer';
import { titleOf } from '../sessions/sessionList';
import card from '../ui/Card.module.css';
import { Link } from '../ui/Link';
import styles from './cards.module.css';
import { ago } from './format';
import { Poster } from './VideoCard';

/** A session to go back to: a real link, so that it opens in a new tab too. */
export function SessionLink({ session }: { session: SessionCard }) {
  return (
    <Link to={sessionPath(session.id)} className={styles.session} data-testid="session-link">
      <Poster url={session.coverUrl} />
      <span className={styles.caption}>
        <span className={`${card.title} ${styles.title}`}>{titleOf(session)}</span>
        <span className={card.detail}>
          {fromServer(session.engine.label)} · {ago(session.createdS, Date.now() / 1000)}
        </span>
      </span>
    </Link>
  );
}
