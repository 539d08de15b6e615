import { t } from '../i18n/t';
import { Link } from './Link';
import styles from './Logo.module.css';

/** The mark and the name; leads to the gallery. */
export function Logo({ small = false }: { small?: boolean }) {
  return (
    <Link
      to="/"
      className={styles.logo}
      aria-label={t('Masklet, to the gallery')}
      title={t('To the gallery')}
      data-testid="home"
    >
      <svg width={small ? 24 : 28} height={small ? 24 : 28} viewBox="0 0 32 32" aria-hidden="true">
        <path
          d="M5 21.5C5 13.5 9.5 7.5 15 7.5c3.3 0 4.3 2.2 6.5 2.2 2 0 3-1 4.2-.9 2.6.2 1.5 14-5.9 15.5-4.8 1-14.8 2.2-14.8-2.8z"
          fill="#7cc4ff"
          fillOpacity="0.28"
          stroke="#8fcbff"
          strokeWidth="2.2"
          strokeLinejoin="round"
        />
        <circle cx="14.5" cy="16.5" r="3.1" fill="#fff" />
      </svg>
      {!small && <span>Masklet</span>}
    </Link>
  );
}
