import { dismiss, notices } from '../app/notices';
import { useStore } from '../app/store';
import { t } from '../i18n/t';
import { Button } from './Button';
import styles from './Toasts.module.css';

/** The notices, at the bottom of what they lie in. */
export function Toasts({ on }: { on: 'page' | 'stage' }) {
  const shown = useStore(notices, (state) => state);
  return (
    <div className={`${styles.stack} ${styles[on]}`} role="status" aria-live="polite">
      {shown.map((notice) => (
        <div
          key={notice.id}
          className={`${styles.toast} ${styles[notice.tone]}`}
          data-testid="toast"
          data-tone={notice.tone}
        >
          <span>{notice.text}</span>
          {notice.action && (
            <button
              type="button"
              className={styles.action}
              data-testid="toast-action"
              onClick={() => {
                dismiss(notice.id);
                notice.action?.run();
              }}
            >
              {notice.action.label}
            </button>
          )}
          <Button icon="close" aria-label={t('Dismiss')} onClick={() => dismiss(notice.id)} />
        </div>
      ))}
    </div>
  );
}
