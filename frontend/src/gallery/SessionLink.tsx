import type { SessionCard } from '../api/generated';
import { navigate, sessionPath } from '../app/router';
import { titleOf } from '../sessions/sessionList';
import styles from './cards.module.css';
import { ago } from './format';
import { Poster } from './VideoCard';

/** A session to go back to: a real link, so that it opens in a new tab too. */
export function SessionLink({ session }: { session: SessionCard }) {
  const path = sessionPath(session.id);
  return (
    <a
      className={styles.session}
      href={path}
      data-testid="session-link"
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        navigate(path);
      }}
    >
      <Poster url={session.coverUrl} />
      <span className={styles.caption}>
        <span className={styles.title}>{titleOf(session)}</span>
        <span className={styles.detail}>
          {session.engine.label} · {ago(session.createdS, Date.now() / 1000)}
        </span>
      </span>
    </a>
  );
}
