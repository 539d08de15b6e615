import { t } from '../i18n/t';
import page from '../ui/Page.module.css';
import styles from './SessionsPage.module.css';

/** Words that the name of a session, or of its video, must have. */
export function FindSession({
  wanted,
  onChange,
}: {
  wanted: string;
  onChange: (wanted: string) => void;
}) {
  return (
    <input
      type="search"
      className={`${page.find} ${styles.find}`}
      value={wanted}
      placeholder={t('Find a session')}
      aria-label={t('Find a session')}
      data-testid="find-session"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
