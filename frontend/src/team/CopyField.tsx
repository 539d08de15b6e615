import { useId, useState } from 'react';
import { copyText } from '../app/clipboard';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import styles from './Team.module.css';

interface CopyFieldProps {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly testId: string;
}

/** A text to take along, that can be marked by hand where the browser does not copy. */
export function CopyField({ label, value, note, testId }: CopyFieldProps) {
  const id = useId();
  return (
    <div className={styles.copy}>
      <label className={styles.copyLabel} htmlFor={id}>
        {label}
      </label>
      <span className={styles.copyLine}>
        <input
          id={id}
          className={styles.field}
          readOnly
          value={value}
          data-testid={testId}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={value} testId={`${testId}-copy`} />
      </span>
      <p className={styles.note}>{note}</p>
    </div>
  );
}

const SAID_MS = 1800;

export function CopyButton({ text, testId }: { text: string; testId: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(text))) return; // the text is there to be marked
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <Button
      look="outlined"
      icon={isCopied ? 'check' : 'copy'}
      data-testid={testId}
      onClick={() => void copy()}
    >
      {isCopied ? t('Copied') : t('Copy')}
    </Button>
  );
}
