import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStore } from '../app/store';
import { type Message, t, useLanguage } from '../i18n/t';
import { Button } from '../ui/Button';
import { GROUPS, KEY_ACTIONS, type NamedAction } from './actions';
import styles from './CheatSheet.module.css';
import { chordText } from './chord';
import { keyMap } from './keyStore';

const KeyEditor = lazy(async () => ({ default: (await import('./KeyEditor')).KeyEditor }));

/** What the mouse does, which no map changes. */
const CLICKS: readonly (readonly [keys: Message, what: Message])[] = [
  ['Click', 'Add to the mask'],
  ['Right, Alt or Ctrl + click', 'Take away from the mask'],
  ['Click on a point', 'Remove it'],
  ['Drag', 'Draw a box; on a point, move it'],
  ['Shift, held', 'Show the mask that a click would give'],
  ['Wheel or pinch', 'Zoom'],
  ['Space or middle drag', 'Move the picture'],
];

/** All shortcuts as they are set now, and the way to change them, in a dialog. */
export function CheatSheet({ onClose }: { onClose: () => void }) {
  useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isEditing, setEditing] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the dialog closes it; Esc does the same
    <dialog
      ref={dialog}
      className={styles.sheet}
      aria-label={t('Keyboard shortcuts')}
      data-testid="cheat-sheet"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div className={styles.body}>
        <header className={styles.header}>
          <h2>{t('Keys and clicks')}</h2>
          <span className={styles.ways}>
            <Button look="outlined" data-testid="edit-keys" onClick={() => setEditing(!isEditing)}>
              {isEditing ? t('Done') : t('Change the keys')}
            </Button>
            <Button icon="close" aria-label={t('Close')} onClick={() => dialog.current?.close()} />
          </span>
        </header>
        {isEditing ? (
          <Suspense fallback={null}>
            <KeyEditor />
          </Suspense>
        ) : (
          <Sheet />
        )}
      </div>
    </dialog>
  );
}

function Sheet() {
  const keys = useStore(keyMap, (now) => now);
  return (
    <div className={styles.columns}>
      {groupedActions().map(({ title, actions }) => (
        <section key={title}>
          <h3>{t(title)}</h3>
          <dl>
            {actions
              .filter((action) => keys[action].length > 0)
              .map((action) => (
                <div key={action}>
                  <dt>{keys[action].map(chordText).join('  ·  ')}</dt>
                  <dd>{t(KEY_ACTIONS[action])}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
      <section>
        <h3>{t('Clicks')}</h3>
        <dl>
          <div>
            <dt>1 – 9</dt>
            <dd>{t('Select an object')}</dd>
          </div>
          {CLICKS.map(([press, what]) => (
            <div key={press}>
              <dt>{t(press)}</dt>
              <dd>{t(what)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}

/** The actions in their order, by the groups of the sheet. */
export function groupedActions(): { title: Message; actions: NamedAction[] }[] {
  const groups: { title: Message; actions: NamedAction[] }[] = [];
  for (const action of Object.keys(KEY_ACTIONS) as NamedAction[]) {
    const begins = GROUPS.find((group) => group.from === action);
    if (begins) groups.push({ title: begins.title, actions: [] });
    groups.at(-1)?.actions.push(action);
  }
  return groups;
}
