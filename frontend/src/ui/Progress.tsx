import styles from './Progress.module.css';

/** A bar with its words; `fraction` is 0..1. */
export function Progress({ label, fraction }: { label: string; fraction: number }) {
  const percent = Math.round(100 * Math.min(1, Math.max(0, fraction)));
  return (
    <span className={styles.progress}>
      <span className={`${styles.label} number`}>
        <span>{label}</span>
        <span>{percent} %</span>
      </span>
      <span
        className={styles.track}
        role="progressbar"
        aria-label={label}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <span className={styles.bar} style={{ transform: `scaleX(${percent / 100})` }} />
      </span>
    </span>
  );
}
