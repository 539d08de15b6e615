import { type ReactNode, useState } from 'react';
import type { SessionCard as Session } from '../api/generated';
import { sessionPath } from '../app/router';
import { ago } from '../gallery/format';
import { Poster } from '../gallery/VideoCard';
import { fromServer } from '../i18n/server/fromServer';
import { t } from '../i18n/t';
import card from '../ui/Card.module.css';
import { Icon } from '../ui/Icon';
import { Link } from '../ui/Link';
import { Menu, type MenuItem } from '../ui/Menu';
import { NameField } from '../ui/NameField';
import styles from './SessionCard.module.css';
import { deleteSession, duplicate, rename } from './sessionActions';
import { titleOf } from './sessionList';

interface SessionCardProps {
  readonly session: Session;
  readonly reload: () => Promise<void> | void;
  readonly more?: readonly MenuItem[]; // that its menu offers besides
  readonly corner?: ReactNode; // over the picture
  readonly children?: ReactNode; // below its name
}

/** A session as a card: a press opens it, its menu renames, duplicates and deletes it. */
export function SessionCard({ session, reload, more = [], corner, children }: SessionCardProps) {
  const [isNaming, setNaming] = useState(false);
  const title = titleOf(session);
  const again = async () => reload();
  const items = [
    ...(session.may.includes('EDIT')
      ? [{ id: 'rename', label: t('Rename'), run: () => setNaming(true) }]
      : []),
    ...(session.mayInProject.includes('EDIT')
      ? [
          { id: 'duplicate', label: t('Duplicate'), run: () => void duplicate(session.id, again) },
          ...more,
          {
            id: 'delete',
            label: t('Delete'),
            run: () => void deleteSession(session.id, title, again),
          },
        ]
      : []),
  ];
  return (
    <article
      className={`${card.card} ${styles.card}`}
      data-testid="session-card"
      data-session={session.id}
    >
      <Link
        to={sessionPath(session.id)}
        className={styles.open}
        aria-label={t('Open {title}', { title })}
      >
        <Poster url={session.coverUrl} />
      </Link>
      {corner && <div className={styles.corner}>{corner}</div>}
      <div className={styles.caption}>
        <div className={styles.words}>
          {isNaming ? (
            <NameField
              name={title}
              label={t('Name of the session')}
              testId="session-name-field"
              className={styles.field}
              maxLength={200}
              onDone={(next) => {
                setNaming(false);
                if (next !== null && next !== title) {
                  void rename(session.id, next, session.version, again);
                }
              }}
            />
          ) : (
            <span className={card.title} title={title}>
              {title}
            </span>
          )}
          <span className={card.detail}>
            {fromServer(session.engine.label)} · {ago(session.createdS, Date.now() / 1000)}
          </span>
        </div>
        {items.length > 0 && (
          <Menu
            label={t('More for {title}', { title })}
            testId="session-menu"
            align="end"
            className={card.more}
            items={items}
          >
            <Icon name="more" />
          </Menu>
        )}
      </div>
      {children && <div className={styles.below}>{children}</div>}
    </article>
  );
}
