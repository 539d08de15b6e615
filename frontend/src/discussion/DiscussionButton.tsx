import { useMemo } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { openMentions, threadsOf } from './comments';
import styles from './DiscussionButton.module.css';
import { useRights } from './rights';

/** Opens the panel; says how many threads are open, and whether one of them names whoever looks. */
export function DiscussionButton({ workspace }: { workspace: Workspace }) {
  const comments = useStore(workspace.session.comments, (now) => now);
  const isOpen = useStore(workspace.discussion, (view) => view.isOpen);
  const { meId } = useRights(workspace);
  const threads = useMemo(() => threadsOf(comments), [comments]);
  const numOpen = threads.filter((thread) => !thread.isResolved).length;
  const namesMe = meId !== null && openMentions(threads, meId) > 0;
  const label =
    numOpen > 0
      ? t('Comments, log and effort: {n} open', { n: numOpen })
      : t('Comments, log and effort');
  return (
    <Button
      icon="comment"
      aria-pressed={isOpen}
      aria-label={label}
      title={label}
      data-testid="open-discussion"
      onClick={() => workspace.discussion.dispatch({ type: 'toggle' })}
    >
      {numOpen > 0 && (
        <span className={styles.count} data-names-me={namesMe} data-testid="open-threads">
          {numOpen}
        </span>
      )}
    </Button>
  );
}
