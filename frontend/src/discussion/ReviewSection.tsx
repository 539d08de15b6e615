import type { ReactNode } from 'react';
import type { ObjectFields } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { ago } from '../gallery/format';
import { t } from '../i18n/t';
import { useWithKey } from '../keys/keyHint';
import { Button } from '../ui/Button';
import { workText } from './effortText';
import { nameOf } from './names';
import { goToNext } from './places';
import { RejectForm } from './RejectForm';
import styles from './ReviewSection.module.css';
import { useRights } from './rights';
import { StateMark } from './StateMark';
import { useEffort } from './useEffort';

/** The selected object's state of review, what can be done about it, and what it cost so far. */
export function ReviewSection({
  object,
  workspace,
}: {
  object: ObjectFields;
  workspace: Workspace;
}) {
  const rights = useRights(workspace);
  const withKey = useWithKey();
  const { discuss, discussion } = workspace;
  const { objectId, review } = object;
  const isRejecting = useStore(discussion, (view) => view.rejectsId === objectId);
  const askWhy = (id: number | null) => discussion.dispatch({ type: 'reject', objectId: id });
  const actions: ReactNode[] = [];
  const add = (id: string, label: string, run: () => void, isMain = false) =>
    actions.push(
      <Button
        key={id}
        look={isMain ? 'primary' : 'outlined'}
        className={styles.action}
        data-testid={id}
        onClick={run}
      >
        {label}
      </Button>,
    );
  const isJudged = review.state !== 'DRAFT';
  if (rights.reviews && isJudged && review.state !== 'ACCEPTED')
    add('accept-object', t('Accept'), () => void discuss.accept([objectId]), true);
  if (rights.reviews && isJudged && review.state !== 'REJECTED')
    add('reject-object', t('Reject…'), () => askWhy(objectId));
  if (rights.edits && (review.state === 'DRAFT' || review.state === 'REJECTED'))
    add('send-for-review', t('Send for review'), () => void discuss.send([objectId]));
  if (rights.edits && isJudged && review.state !== 'REJECTED')
    add('withdraw-object', t('Take back'), () => void discuss.withdraw([objectId]));
  if (rights.reviews) {
    actions.push(
      <Button
        key="next"
        icon="next"
        className={styles.action}
        data-testid="next-for-review"
        aria-label={t('Next for review')}
        title={withKey(t('Next for review'), 'nextForReview')}
        onClick={() => void goToNext(workspace)}
      />,
    );
  }
  return (
    <section className={styles.section} aria-label={t('Review')} data-testid="review-section">
      <div className={styles.line}>
        <StateMark review={review} always />
        {review.by && review.atS !== null && (
          <span className={styles.who}>
            {nameOf(review.by)}, {ago(review.atS, Date.now() / 1000)}
          </span>
        )}
        {!isRejecting && actions}
      </div>
      {review.reason && (
        <p className={styles.reason} data-testid="review-reason">
          {review.reason}
        </p>
      )}
      {isRejecting && (
        <RejectForm
          onReject={(reason) => discuss.reject([objectId], reason)}
          onDone={() => askWhy(null)}
        />
      )}
      <EffortLine objectId={objectId} workspace={workspace} />
    </section>
  );
}

function EffortLine({ objectId, workspace }: { objectId: number; workspace: Workspace }) {
  const mine = useEffort(workspace)?.find((row) => row.objectId === objectId);
  if (!mine) return null;
  const parts = [
    mine.clicks === 1 ? t('1 click') : t('{n} clicks', { n: mine.clicks }),
    mine.corrections > 0 && t('{n} corrected', { n: mine.corrections }),
    workText(mine.activeS),
    mine.trackedFrames > 0 && t('{n} frames tracked', { n: mine.trackedFrames }),
  ];
  return (
    <p className={`${styles.effort} number`} data-testid="object-effort">
      {parts.filter(Boolean).join(' · ')}
    </p>
  );
}
