import { useEffect, useRef, useState } from 'react';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import styles from './Exchange.module.css';
import { ExportPane } from './ExportPane';
import { ImportPane } from './ImportPane';

/** Masks out and in. */
export function ExchangeDialog({
  workspace,
  onClose,
}: {
  workspace: Workspace;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [pane, setPane] = useState<'export' | 'import'>('export');
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the dialog closes it; Esc does the same
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={t('Export and import')}
      data-testid="exchange"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div className={styles.body}>
        <header className={styles.header}>
          <div role="tablist" className={styles.tabs}>
            {(['export', 'import'] as const).map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                aria-selected={pane === name}
                data-testid={`exchange-${name}`}
                onClick={() => setPane(name)}
              >
                {name === 'export' ? t('Export') : t('Import')}
              </button>
            ))}
          </div>
          <Button icon="close" aria-label={t('Close')} onClick={() => dialog.current?.close()} />
        </header>
        {pane === 'export' ? (
          <ExportPane workspace={workspace} />
        ) : (
          <ImportPane workspace={workspace} onDone={() => dialog.current?.close()} />
        )}
      </div>
    </dialog>
  );
}
