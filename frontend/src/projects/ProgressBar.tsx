import type { ProgressFields } from '../api/generated';
import { t } from '../i18n/t';
import styles from './ProgressBar.module.css';
import { percent, sharesOf } from './projectList';

/** How much of the frames has masks, and how much of that somebody verified; with the doubtful frames left. */
export function ProgressBar({
  progress,
  isLarge = false,
}: {
  progress: ProgressFields;
  isLarge?: boolean;
}) {
  const { verified, masked } = sharesOf(progress);
  const [done, sure] = [percent(verified + masked), percent(verified)];
  const words = t('{masked} % with masks, {verified} % verified', { masked: done, verified: sure });
  const { framesDoubtful } = progress;
  const review = reviewWords(progress);
  return (
    <div className={isLarge ? `${styles.progress} ${styles.large}` : styles.progress}>
      <div className={styles.track} role="img" aria-label={words}>
        <span className={styles.verified} style={{ width: `${100 * verified}%` }} />
        <span className={styles.masked} style={{ width: `${100 * masked}%` }} />
      </div>
      <p className={`${styles.words} number`}>
        <span data-testid="progress-words">{words}</span>
        {framesDoubtful > 0 && (
          <span className={styles.doubtful} data-testid="progress-doubtful">
            {framesDoubtful === 1
              ? t('1 doubtful frame')
              : t('{count} doubtful frames', { count: framesDoubtful })}
          </span>
        )}
      </p>
      {review && (
        <p className={`${styles.words} number`} data-testid="progress-review">
          {review}
        </p>
      )}
    </div>
  );
}

/** "3 accepted · 1 for review"; empty while every object is a draft. */
function reviewWords(progress: ProgressFields): string {
  const { objectsAccepted, objectsForReview, objectsRejected } = progress;
  const parts = [
    objectsAccepted > 0 && t('{count} accepted', { count: objectsAccepted }),
    objectsForReview > 0 && t('{count} for review', { count: objectsForReview }),
    objectsRejected > 0 && t('{count} rejected', { count: objectsRejected }),
  ];
  return parts.filter(Boolean).join(' · ');
}
