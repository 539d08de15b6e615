import type { ReviewFields } from '../api/generated';
import { t } from '../i18n/t';
import styles from './StateMark.module.css';

type State = ReviewFields['state'];

export function stateName(state: State): string {
  const names = {
    DRAFT: t('Draft'),
    FOR_REVIEW: t('For review'),
    ACCEPTED: t('Accepted'),
    REJECTED: t('Rejected'),
  };
  return names[state];
}

/** An object's state of review. Drafts are the rule, so they have no mark in lists. */
export function StateMark({ review, always }: { review: ReviewFields; always?: boolean }) {
  if (review.state === 'DRAFT' && !always) return null;
  return (
    <span
      className={styles.mark}
      data-testid="review-state"
      data-state={review.state}
      title={review.reason || undefined}
    >
      {stateName(review.state)}
    </span>
  );
}
