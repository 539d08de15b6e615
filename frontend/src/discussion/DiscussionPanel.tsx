import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { CommentsPane } from './CommentsPane';
import styles from './Discussion.module.css';
import { EffortPane } from './EffortPane';
import { LogPane } from './LogPane';
import type { Tab } from './view';

const TABS: readonly Tab[] = ['comments', 'log', 'effort'];

/** What people say and did: comments, the log and the effort, beside the picture. */
export function DiscussionPanel({ workspace }: { workspace: Workspace }) {
  const { discussion } = workspace;
  const tab = useStore(discussion, (view) => view.tab);
  const names = { comments: t('Comments'), log: t('Log'), effort: t('Effort') };
  return (
    <aside className={styles.panel} aria-label={t('Discussion')} data-testid="discussion">
      <header className={styles.header}>
        <div className={styles.tabs} role="tablist" aria-label={t('Discussion')}>
          {TABS.map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              className={styles.tab}
              aria-selected={tab === one}
              data-testid={`tab-${one}`}
              onClick={() => discussion.dispatch({ type: 'tab', tab: one })}
            >
              {names[one]}
            </button>
          ))}
        </div>
        <span className={styles.space} />
        <Button
          icon="close"
          aria-label={t('Close')}
          data-testid="close-discussion"
          onClick={() => discussion.dispatch({ type: 'close' })}
        />
      </header>
      <div className={styles.pane} role="tabpanel" aria-label={names[tab]}>
        {tab === 'comments' && <CommentsPane workspace={workspace} />}
        {tab === 'log' && <LogPane workspace={workspace} />}
        {tab === 'effort' && <EffortPane workspace={workspace} />}
      </div>
    </aside>
  );
}
