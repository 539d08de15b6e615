import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import styles from './presence.module.css';
import { usePeople } from './usePeople';

/** A frame about the stage while it goes along with somebody. */
export function FollowBar({ workspace }: { workspace: Workspace }) {
  const person = usePeople(workspace, ({ following, all }) =>
    following === null ? undefined : all.get(following),
  );
  if (!person) return null;
  return (
    <div
      className={styles.following}
      style={{ '--person': person.colour } as React.CSSProperties}
      data-testid="following"
    >
      <div className={styles.followBar} data-keeps-following>
        {t('Following {name}', { name: person.name })}
        <button
          type="button"
          className={styles.stop}
          data-testid="stop-following"
          onClick={() => workspace.presence.following.stop()}
        >
          {t('Stop')}
        </button>
      </div>
    </div>
  );
}
