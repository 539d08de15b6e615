import { useStore } from '../app/store';
import { t } from '../i18n/t';
import type { LiveSession } from '../session/liveSession';
import { Button } from '../ui/Button';
import styles from './ContestBar.module.css';
import { contestText } from './contestText';

/** An edit that was not made, offered again: one at a time, the oldest first. */
export function ContestBar({ session }: { session: LiveSession }) {
  const open = useStore(session.contests.store, (state) => state);
  const objects = useStore(session.store, (state) => state.objects);
  const [contest] = open;
  if (!contest) return null;
  const { present } = contest;
  const keep = present ? (present.by ? t('Keep theirs') : t('Keep it as it is')) : t('Leave it');
  const again = present ? t('Do mine again') : t('Try it again');
  return (
    <section
      className={styles.bar}
      role="alert"
      aria-label={t('Changes that were not made')}
      data-testid="contest"
      data-thing={contest.thing}
    >
      <span className={styles.words}>
        {contestText(contest, (objectId) => objects.get(objectId)?.name)}
        {open.length > 1 && <i> {t('and {count} more', { count: open.length - 1 })}</i>}
      </span>
      <Button
        look="outlined"
        data-testid="keep-theirs"
        onClick={() => session.contests.leave(contest)}
      >
        {keep}
      </Button>
      <Button
        look="primary"
        data-testid="do-again"
        onClick={() => session.contests.doAgain(contest)}
      >
        {again}
      </Button>
    </section>
  );
}
