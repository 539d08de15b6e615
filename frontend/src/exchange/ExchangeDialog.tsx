import { useEffect, useRef, useState } from 'react';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useMay } from '../team/capabilities';
import { Button } from '../ui/Button';
import styles from './Exchange.module.css';
import { ExportPane } from './ExportPane';
import { ImportPane } from './ImportPane';

const PANES = ['export', 'import'] as const;

/** Masks out, and in for who may change them. */
export function ExchangeDialog({
  workspace,
  onClose,
}: {
  workspace: Workspace;
  onClose: () => void;
}) {
  const mayEdit = useMay(workspace, 'EDIT');
  const dialog = useRef<HTMLDialogElement>(null);
  const [pane, setPane] = useState<(typeof PANES)[number]>('export');
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
            {PANES.slice(0, mayEdit ? 2 : 1).map((name) => (
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
        {pane === 'export' || !mayEdit ? (
          <ExportPane workspace={workspace} />
        ) : (
          <ImportPane workspace={workspace} onDone={() => dialog.current?.close()} />
        )}
      </div>
    </dialog>
  );
}
