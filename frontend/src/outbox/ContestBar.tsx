import { useStore } from '../app/store';
import { t } from '../i18n/t';
import type { LiveSession } from '../session/liveSession';
import { Button } from '../ui/Button';
import styles from './ContestBar.module.css';
import { type Contest, removedIn } from './contests';
import { contestText } from './contestText';

/** An edit that was not made, offered again: one at a time, the oldest first. */
export function ContestBar({ session }: { session: LiveSession }) {
  const open = useStore(session.contests.store, (state) => state);
  const objects = useStore(session.store, (state) => state.objects);
  const [contest] = open;
  if (!contest) return null;
  const { keep, again } = answersTo(contest);
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
        onClick={() => void session.contests.doAgain(contest)}
      >
        {again}
      </Button>
    </section>
  );
}

function answersTo({ present }: Contest): { readonly keep: string; readonly again: string } {
  if (!present) return { keep: t('Leave it'), again: t('Try it again') };
  if (removedIn(present) !== null)
    return { keep: t('Leave it removed'), again: t('Bring it back and do mine') };
  const keep = present.by ? t('Keep theirs') : t('Keep it as it is');
  return { keep, again: t('Do mine again') };
}
