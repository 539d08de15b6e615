import { type ReactNode, useEffect, useRef } from 'react';
import { t } from '../i18n/t';
import { Button } from './Button';
import styles from './Dialog.module.css';

interface DialogProps {
  readonly title: string;
  readonly testId: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A modal dialog with a title. Esc, the cross and a press beside it close it. */
export function Dialog({ title, testId, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the dialog closes it; Esc does the same
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={title}
      data-testid={testId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <header className={styles.header}>
        <h2 className={styles.title}>{title}</h2>
        <Button icon="close" aria-label={t('Close')} onClick={() => dialog.current?.close()} />
      </header>
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}
