import { type FormEvent, useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import { RenameMe } from '../api/generated';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import styles from './Team.module.css';
import { askWho } from './who';

/** One's own name, as others see it. */
export function RenameDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [next, setNext] = useState(name);
  const [error, setError] = useState<string | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await request(RenameMe, { name: next.trim() });
      await askWho();
      onClose();
    } catch (thrown) {
      setError(sentenceOf(thrown));
    }
  };
  return (
    <Dialog title={t('Your name')} testId="rename-me" onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <label className={styles.wide}>
          {t('Others see your name beside your cursor and your comments.')}
          <input
            className={styles.field}
            required
            maxLength={60}
            value={next}
            data-testid="rename-me-field"
            onChange={(event) => setNext(event.target.value)}
          />
        </label>
        {error && (
          <p className={styles.error} role="alert">
            {error}
          </p>
        )}
        <div className={styles.actions}>
          <Button look="primary" type="submit" disabled={!next.trim()} data-testid="rename-me-save">
            {t('Save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
