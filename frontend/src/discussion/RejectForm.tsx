import { useEffect, useRef, useState } from 'react';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import styles from './ReviewSection.module.css';

interface RejectFormProps {
  /** False: it was refused, and the reason stays. */
  readonly onReject: (reason: string) => Promise<boolean>;
  readonly onDone: () => void;
}

/** Asks why: a rejection without a reason helps nobody. */
export function RejectForm({ onReject, onDone }: RejectFormProps) {
  const [reason, setReason] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = async () => {
    if (reason.trim() && (await onReject(reason.trim()))) onDone();
  };
  return (
    <div className={styles.form}>
      <textarea
        ref={field}
        className={styles.field}
        value={reason}
        rows={2}
        maxLength={1000}
        placeholder={t('What is wrong with it')}
        aria-label={t('What is wrong with it')}
        data-testid="reject-reason"
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Escape') onDone();
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
        }}
      />
      <div className={styles.actions}>
        <Button className={styles.action} onClick={onDone}>
          {t('Cancel')}
        </Button>
        <Button
          look="primary"
          className={styles.action}
          disabled={!reason.trim()}
          data-testid="confirm-reject"
          onClick={() => void send()}
        >
          {t('Reject')}
        </Button>
      </div>
    </div>
  );
}
