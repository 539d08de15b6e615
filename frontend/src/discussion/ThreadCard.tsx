import { useEffect, useRef, useState } from 'react';
import type { CommentFields } from '../api/generated';
import { copyText } from '../app/clipboard';
import { notify } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { ago } from '../gallery/format';
import { t } from '../i18n/t';
import { Icon } from '../ui/Icon';
import { Menu } from '../ui/Menu';
import { Composer } from './Composer';
import type { Thread } from './comments';
import styles from './Discussion.module.css';
import { type Named, piecesOf } from './mentions';
import { nameOf } from './names';
import { commentPath, goToThread } from './places';
import { useRights } from './rights';

interface ThreadProps {
  readonly thread: Thread;
  readonly isOpen: boolean;
  readonly people: readonly Named[];
  readonly workspace: Workspace;
}

/** A thread: its place and first comment; when it is open, the answers and what can be done. */
export function ThreadCard({ thread, isOpen, people, workspace }: ThreadProps) {
  const card = useRef<HTMLLIElement>(null);
  const rights = useRights(workspace);
  const { first, replies, isResolved } = thread;
  const { discuss, discussion, session } = workspace;
  const object = first.objectId === null ? null : session.store.get().objects.get(first.objectId);
  useEffect(() => {
    if (isOpen) card.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  return (
    <li
      ref={card}
      className={styles.thread}
      data-testid="thread"
      data-comment={thread.id}
      data-open={isOpen}
      data-resolved={isResolved}
    >
      <button
        type="button"
        className={styles.place}
        aria-expanded={isOpen}
        data-testid="open-thread"
        onClick={() => {
          if (isOpen) discussion.dispatch({ type: 'fold' });
          else goToThread(workspace, thread);
        }}
      >
        <span className="number">{t('Frame {frame}', { frame: first.frameIdx })}</span>
        {object && (
          <span
            className={styles.about}
            style={{ '--colour': object.colour } as React.CSSProperties}
          >
            {object.name}
          </span>
        )}
        <span className={styles.space} />
        {isResolved && <Icon name="check" size={15} />}
        {replies.length > 0 && !isOpen && (
          <span className={styles.faint}>
            {replies.length === 1 ? t('1 answer') : t('{n} answers', { n: replies.length })}
          </span>
        )}
      </button>
      {(isOpen ? [first, ...replies] : [first]).map((comment) => (
        <OneComment key={comment.id} comment={comment} people={people} workspace={workspace} />
      ))}
      {isOpen && isResolved && first.resolvedBy && (
        <p className={styles.faint}>
          {t('Resolved by {name}', { name: nameOf(first.resolvedBy) })}
        </p>
      )}
      {isOpen && rights.comments && (
        <>
          {!isResolved && (
            <Composer
              label={t('Answer')}
              action={t('Answer')}
              people={people}
              onSend={async (text) => (await discuss.reply(thread.id, text, people)) !== null}
            />
          )}
          <button
            type="button"
            className={styles.resolve}
            data-testid="resolve-thread"
            onClick={() => void discuss.resolve(thread.id, !isResolved)}
          >
            <Icon name={isResolved ? 'undo' : 'check'} size={15} />
            {isResolved ? t('Open again') : t('Resolve')}
          </button>
        </>
      )}
    </li>
  );
}

function OneComment({
  comment,
  people,
  workspace,
}: {
  comment: CommentFields;
  people: readonly Named[];
  workspace: Workspace;
}) {
  const [isEditing, setEditing] = useState(false);
  const { discuss } = workspace;
  const rights = useRights(workspace);
  const isMine = rights.meId === comment.author.id;
  if (comment.removed) return <p className={styles.faint}>{t('This comment was deleted.')}</p>;
  if (isEditing) {
    return (
      <Composer
        label={t('Comment')}
        action={t('Save')}
        first={comment.text}
        people={people}
        takesFocus
        onCancel={() => setEditing(false)}
        onSend={async (text) => {
          const isDone = (await discuss.edit(comment.id, text, people)) !== null;
          if (isDone) setEditing(false);
          return isDone;
        }}
      />
    );
  }
  const items = [
    { id: 'link', label: t('Copy link'), run: () => void copyLink(workspace, comment.id) },
    ...(isMine && rights.comments
      ? [{ id: 'edit', label: t('Edit'), run: () => setEditing(true) }]
      : []),
    ...((isMine && rights.comments) || rights.manages
      ? [{ id: 'delete', label: t('Delete'), run: () => void discuss.remove(comment.id) }]
      : []),
  ];
  return (
    <article className={styles.comment} data-testid="comment" data-comment={comment.id}>
      <header className={styles.author}>
        <span className={styles.dot} style={{ background: comment.author.colour }} />
        <span className={styles.name}>{nameOf(comment.author)}</span>
        <time className={styles.faint}>{ago(comment.createdS, Date.now() / 1000)}</time>
        {comment.editedS !== null && <span className={styles.faint}>{t('edited')}</span>}
        <span className={styles.space} />
        <Menu
          label={t('More for this comment')}
          testId="comment-menu"
          align="end"
          className={styles.more}
          items={items}
        >
          <Icon name="more" size={16} />
        </Menu>
      </header>
      <p className={styles.text} data-testid="comment-shown">
        {piecesOf(comment.text, comment.mentions).map((piece, i) =>
          piece.isName ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
            <b key={i} className={styles.mention}>
              {piece.text}
            </b>
          ) : (
            piece.text
          ),
        )}
      </p>
    </article>
  );
}

async function copyLink({ session }: Workspace, commentId: string): Promise<void> {
  const link = window.location.origin + commentPath(session.info.id, commentId);
  const copied = await copyText(link);
  notify({
    tone: 'info',
    text: copied ? t('Link copied') : t('Copy this link by hand: {link}', { link }),
  });
}
