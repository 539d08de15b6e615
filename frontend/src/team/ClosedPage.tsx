import { useEffect } from 'react';
import { LanguageMenu } from '../i18n/LanguageMenu';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Logo } from '../ui/Logo';
import styles from './Doors.module.css';

interface ClosedPageProps {
  readonly signInUrl: string | null;
  readonly wasIn: boolean;
}

/** What somebody sees who has no access: never anything of the work, always what to do. */
export function ClosedPage({ signInUrl, wasIn }: ClosedPageProps) {
  useEffect(() => {
    document.title = 'Masklet';
  }, []);
  return (
    <main className={styles.page} data-testid="closed-page" data-was-in={wasIn}>
      <div className={styles.corner}>
        <LanguageMenu />
      </div>
      <Logo />
      <h1 className={styles.title}>
        {wasIn ? t('Your access has ended') : t('This Masklet is closed')}
      </h1>
      <p className={styles.text}>
        {wasIn
          ? t(
              'Your link was revoked or has run out, or you signed out. Masks that the server has are safe. To go on, ask whoever invited you for a new link.',
            )
          : t(
              'People come in by a link. Open the one that somebody sent you, or ask whoever runs this server for one; at its first start it printed a link for the owner.',
            )}
      </p>
      <div className={styles.ways}>
        {signInUrl && (
          <Button
            look="primary"
            data-testid="sign-in"
            onClick={() => window.location.assign(signInUrl)}
          >
            {t('Sign in')}
          </Button>
        )}
        <Button look={signInUrl ? 'outlined' : 'primary'} onClick={() => window.location.reload()}>
          {t('Try again')}
        </Button>
      </div>
    </main>
  );
}
