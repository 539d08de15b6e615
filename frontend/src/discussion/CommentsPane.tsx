import { useEffect, useMemo, useState } from 'react';
import { request } from '../api/client';
import { Mentionable } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useWithKey } from '../keys/keyHint';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { Button } from '../ui/Button';
import { Composer } from './Composer';
import { threadsOf } from './comments';
import styles from './Discussion.module.css';
import type { Named } from './mentions';
import { useRights } from './rights';
import { beginComment } from './selected';
import { ThreadCard } from './ThreadCard';
import type { Draft } from './view';

/** All threads of the session by frame, and the one that is being written. */
export function CommentsPane({ workspace }: { workspace: Workspace }) {
  const { discussion, session } = workspace;
  const view = useStore(discussion, (now) => now);
  const comments = useStore(session.comments, (now) => now);
  const threads = useMemo(() => threadsOf(comments), [comments]);
  const people = usePeople(session.info.id, comments.size);
  const rights = useRights(workspace);
  const withKey = useWithKey();
  const shown = threads.filter((thread) => view.showsResolved || !thread.isResolved);
  const numResolved = threads.filter((thread) => thread.isResolved).length;
  return (
    <>
      {rights.comments &&
        (view.draft ? (
          <DraftCard draft={view.draft} people={people} workspace={workspace} />
        ) : (
          <Button
            look="outlined"
            icon="plus"
            className={styles.begin}
            data-testid="new-comment"
            title={withKey(t('Comment on this frame'), 'addComment')}
            onClick={() => beginComment(workspace)}
          >
            {t('Comment on this frame')}
          </Button>
        ))}
      {threads.length === 0 && !view.draft && (
        <p className={styles.empty}>
          {t('Nobody has said anything yet. A comment can be pinned to a point of the picture.')}
        </p>
      )}
      <ul className={styles.threads}>
        {shown.map((thread) => (
          <ThreadCard
            key={thread.id}
            thread={thread}
            isOpen={thread.id === view.threadId}
            people={people}
            workspace={workspace}
          />
        ))}
      </ul>
      {numResolved > 0 && (
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={view.showsResolved}
            data-testid="show-resolved"
            onChange={(event) =>
              discussion.dispatch({ type: 'showResolved', shows: event.target.checked })
            }
          />
          {t('Show {n} resolved', { n: numResolved })}
        </label>
      )}
    </>
  );
}

function DraftCard({
  draft,
  people,
  workspace,
}: {
  draft: Draft;
  people: readonly Named[];
  workspace: Workspace;
}) {
  const { discussion, discuss } = workspace;
  const objects = useVisibleObjects(workspace);
  return (
    <div className={styles.drafting} data-testid="draft">
      <div className={styles.line}>
        <span className="number">{t('Frame {frame}', { frame: draft.frameIdx })}</span>
        <select
          className={styles.select}
          value={draft.objectId ?? ''}
          aria-label={t('About which object')}
          onChange={(event) => {
            const { value } = event.target;
            discussion.dispatch({ type: 'about', objectId: value === '' ? null : Number(value) });
          }}
        >
          <option value="">{t('No object')}</option>
          {objects.map((object) => (
            <option key={object.objectId} value={object.objectId}>
              {object.name}
            </option>
          ))}
        </select>
        <Button
          icon="target"
          aria-pressed={draft.isPlacing}
          aria-label={t('Pin it to a point')}
          title={t('Pin it to a point')}
          data-testid="pin-comment"
          onClick={() => discussion.dispatch({ type: 'aim', isPlacing: !draft.isPlacing })}
        />
        {draft.spot && (
          <Button
            icon="close"
            aria-label={t('Not at a point')}
            onClick={() => discussion.dispatch({ type: 'place', spot: null })}
          />
        )}
      </div>
      {draft.isPlacing && (
        <p className={styles.faint}>{t('Click the point in the picture, or just write.')}</p>
      )}
      <Composer
        label={t('Comment')}
        action={t('Comment')}
        people={people}
        takesFocus
        onCancel={() => discussion.dispatch({ type: 'endDraft' })}
        onSend={async (text) => {
          const said = await discuss.add(draft, text, people);
          if (said) discussion.dispatch({ type: 'open', threadId: said.id, isResolved: false });
          return said !== null;
        }}
      />
    </div>
  );
}

/** Whom one can name; asked again when somebody has spoken. */
function usePeople(sessionId: string, numComments: number): readonly Named[] {
  const [people, setPeople] = useState<readonly Named[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new comment may bring a new person
  useEffect(() => {
    const abort = new AbortController();
    request(Mentionable, { sessionId }, { signal: abort.signal })
      .then(({ mentionable }) => setPeople(mentionable))
      .catch(() => undefined); // nobody can be named until the server is back
    return () => abort.abort();
  }, [sessionId, numComments]);
  return people;
}
