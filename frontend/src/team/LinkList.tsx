import type { LinkFields } from '../api/generated';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { CopyButton } from './CopyField';
import { linkText } from './linkText';
import { roleName } from './roles';
import styles from './Team.module.css';

interface LinkListProps {
  readonly links: readonly LinkFields[];
  readonly urls: ReadonlyMap<string, string>; // of those that can still be copied
  readonly onRevoke: (id: string) => void;
}

/** The links of a place: what each is good for, and how to end it. */
export function LinkList({ links, urls, onRevoke }: LinkListProps) {
  if (links.length === 0) return null;
  const nowS = Date.now() / 1000;
  return (
    <section className={styles.section} aria-label={t('Links')}>
      <h3 className={styles.heading}>{t('Links')}</h3>
      <ul>
        {links.map((link) => {
          const name = link.label || roleName(link.role);
          const url = urls.get(link.id);
          return (
            <li key={link.id} className={styles.row} data-testid="link-row" data-link={link.id}>
              <span className={styles.what}>
                <strong>
                  {name}
                  {link.label && <span className={styles.role}>{roleName(link.role)}</span>}
                </strong>
                <small>{linkText(link, nowS)}</small>
              </span>
              {url && <CopyButton text={url} testId="copy-made-link" />}
              <Button
                aria-label={t('Revoke {name}', { name })}
                title={t('Whoever came in by it is out at once')}
                data-testid="revoke-link"
                onClick={() => onRevoke(link.id)}
              >
                {t('Revoke')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
