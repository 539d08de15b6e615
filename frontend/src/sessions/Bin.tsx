import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import card from '../ui/Card.module.css';
import styles from './SessionsPage.module.css';

interface BinProps {
  readonly title: string;
  readonly note: string; // how long things are kept
  readonly things: readonly { readonly id: string; readonly title: string }[];
  readonly kind: 'session' | 'project';
  readonly onRestore: (id: string) => void;
}

/** What was deleted and can be brought back. */
export function Bin({ title, note, things, kind, onRestore }: BinProps) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2>{title}</h2>
      <p className={card.detail}>{note}</p>
      {things.map((thing) => (
        <div key={thing.id} className={styles.line} data-testid={`deleted-${kind}`}>
          <span className={card.title}>{thing.title}</span>
          <Button icon="undo" data-testid={`restore-${kind}`} onClick={() => onRestore(thing.id)}>
            {t('Restore')}
          </Button>
        </div>
      ))}
    </section>
  );
}
