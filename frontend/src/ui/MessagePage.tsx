import { navigate } from '../app/router';
import { t } from '../i18n/t';
import { Button } from './Button';
import { Logo } from './Logo';
import styles from './MessagePage.module.css';

/** A page with one message and a way on. */
export function MessagePage(props: { title: string; text: string; retry?: () => void }) {
  return (
    <main className={styles.page} data-testid="message-page">
      <Logo />
      <h1 className={styles.title}>{props.title}</h1>
      <p className={styles.text}>{props.text}</p>
      <div className={styles.ways}>
        {props.retry && (
          <Button look="primary" onClick={props.retry}>
            {t('Try again')}
          </Button>
        )}
        <Button look={props.retry ? 'outlined' : 'primary'} onClick={() => navigate('/')}>
          {t('To the gallery')}
        </Button>
      </div>
    </main>
  );
}
