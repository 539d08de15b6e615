import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import {
  MentionsOfMe,
  type MentionsOfMeResult,
  ReviewQueue,
  type ReviewQueueResult,
} from '../api/generated';
import { navigate } from '../app/router';
import { ago } from '../gallery/format';
import { LanguageMenu } from '../i18n/LanguageMenu';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Logo } from '../ui/Logo';
import { MaskThumb } from './MaskThumb';
import { piecesOf } from './mentions';
import { nameOf } from './names';
import { commentPath, objectPath } from './places';
import styles from './ReviewPage.module.css';

const PAGE = 50;

type Queue = ReviewQueueResult['reviewQueue'];
type Queued = Queue['objects'][number];
type Mention = MentionsOfMeResult['mentionsOfMe'][number];

/** What waits for review in all sessions, the longest waiting first; and comments that name whoever looks. */
export function ReviewPage() {
  const { queue, mentions, error, more } = useQueue();
  useEffect(() => {
    document.title = `${t('For review')} · Masklet`;
  }, []);
  return (
    <main className={styles.page} data-testid="review-page">
      <header className={styles.header}>
        <Logo />
        <h1>{t('For review')}</h1>
        {queue && (
          <span className={`${styles.count} number`} data-testid="queue-total">
            {queue.total}
          </span>
        )}
        <span className={styles.space} />
        <Button look="outlined" onClick={() => navigate('/sessions')}>
          {t('Sessions')}
        </Button>
        <LanguageMenu />
      </header>
      {error && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      {queue?.total === 0 && <p className={styles.empty}>{t('Nothing waits for review.')}</p>}
      <ul className={styles.list} onKeyDown={moveAmongLinks}>
        {queue?.objects.map((one) => (
          <QueueItem key={`${one.sessionId} ${one.object.objectId}`} item={one} />
        ))}
      </ul>
      {more && (
        <Button look="outlined" data-testid="queue-more" onClick={more}>
          {t('Show more')}
        </Button>
      )}
      {mentions.length > 0 && (
        <section className={styles.section} aria-label={t('Comments that name you')}>
          <h2>{t('Comments that name you')}</h2>
          <ul className={styles.list} onKeyDown={moveAmongLinks}>
            {mentions.map((mention) => (
              <MentionItem key={mention.comment.id} mention={mention} />
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}

function QueueItem({ item }: { item: Queued }) {
  const { object } = item;
  const { sentBy, sentS } = object.review;
  return (
    <li>
      <Go to={objectPath(item.sessionId, object.objectId)} testId="queue-item">
        <MaskThumb url={item.thumbnailUrl} colour={object.colour} mask={item.mask} />
        <span className={styles.words}>
          <span className={styles.title}>
            {object.name}
            {object.label && <span className={styles.soft}> · {object.label}</span>}
          </span>
          <span className={styles.soft}>{item.sessionTitle}</span>
          <span className={styles.faint}>
            {sentBy && t('Sent by {name}', { name: nameOf(sentBy) })}
            {sentS !== null && `, ${ago(sentS, Date.now() / 1000)}`}
          </span>
        </span>
        <span className={`${styles.numbers} number`}>
          <span>{item.numMasks === 1 ? t('1 mask') : t('{n} masks', { n: item.numMasks })}</span>
          {item.openComments > 0 && (
            <span>
              {item.openComments === 1
                ? t('1 open comment')
                : t('{n} open comments', { n: item.openComments })}
            </span>
          )}
        </span>
      </Go>
    </li>
  );
}

function MentionItem({ mention }: { mention: Mention }) {
  const { comment } = mention;
  return (
    <li>
      <Go to={commentPath(mention.sessionId, comment.id)} testId="mention-item">
        <span className={styles.words}>
          <span className={styles.title}>{nameOf(comment.author)}</span>
          <span className={styles.text}>
            {piecesOf(comment.text, comment.mentions).map((piece) => piece.text)}
          </span>
          <span className={styles.faint}>
            {mention.sessionTitle} · {t('Frame {frame}', { frame: comment.frameIdx })} ·{' '}
            {ago(comment.createdS, Date.now() / 1000)}
          </span>
        </span>
      </Go>
    </li>
  );
}

function Go({ to, testId, children }: { to: string; testId: string; children: React.ReactNode }) {
  return (
    <a
      href={to}
      className={styles.item}
      data-testid={testId}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}

/** Arrows, or J and K, move from one to the next; Enter opens it. */
function moveAmongLinks(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (by === undefined) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  event.preventDefault();
}

/** Read anew when the window is looked at again. */
function useQueue() {
  const [queue, setQueue] = useState<Queue | null>(null);
  const [mentions, setMentions] = useState<readonly Mention[]>([]);
  const [error, setError] = useState<string | null>(null);
  const alive = useRef(true);
  const read = useCallback(async (first: number) => {
    try {
      const [now, named] = await Promise.all([
        request(ReviewQueue, { first, skip: 0 }),
        request(MentionsOfMe, {}),
      ]);
      if (!alive.current) return;
      setQueue(now.reviewQueue);
      setMentions(named.mentionsOfMe);
      setError(null);
    } catch (thrown) {
      if (alive.current) setError(sentenceOf(thrown));
    }
  }, []);
  useEffect(() => {
    alive.current = true;
    void read(PAGE);
    const onFocus = () => void read(PAGE);
    window.addEventListener('focus', onFocus);
    return () => {
      alive.current = false;
      window.removeEventListener('focus', onFocus);
    };
  }, [read]);
  const shown = queue?.objects.length ?? 0;
  const addPage = async () => {
    try {
      const { reviewQueue } = await request(ReviewQueue, { first: PAGE, skip: shown });
      setQueue((now) =>
        now ? { ...reviewQueue, objects: [...now.objects, ...reviewQueue.objects] } : reviewQueue,
      );
    } catch (thrown) {
      setError(sentenceOf(thrown));
    }
  };
  const more = queue && shown < queue.total ? () => void addPage() : null;
  return { queue, mentions, error, more };
}
