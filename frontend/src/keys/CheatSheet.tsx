import { useEffect, useRef } from 'react';
import { Button } from '../ui/Button';
import styles from './CheatSheet.module.css';
import { CHEAT_SHEET } from './keymap';

/** All shortcuts, in a dialog. */
export function CheatSheet({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the dialog closes it; Esc does the same
    <dialog
      ref={dialog}
      className={styles.sheet}
      aria-label="Keyboard shortcuts"
      data-testid="cheat-sheet"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div className={styles.body}>
        <header className={styles.header}>
          <h2>Keys and clicks</h2>
          <Button icon="close" aria-label="Close" onClick={() => dialog.current?.close()} />
        </header>
        <div className={styles.columns}>
          {CHEAT_SHEET.map(({ title, rows }) => (
            <section key={title}>
              <h3>{title}</h3>
              <dl>
                {rows.map(([keys, what]) => (
                  <div key={keys}>
                    <dt>{keys}</dt>
                    <dd>{what}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </dialog>
  );
}
