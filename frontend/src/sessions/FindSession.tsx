import { t } from '../i18n/t';
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
      className={styles.find}
      value={wanted}
      placeholder={t('Find a session')}
      aria-label={t('Find a session')}
      data-testid="find-session"
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
