import { useEffect, useState } from 'react';
import { useStore } from '../app/store';
import { type Message, t } from '../i18n/t';
import { Button } from '../ui/Button';
import { KEY_ACTIONS, type NamedAction, PLACES } from './actions';
import styles from './CheatSheet.module.css';
import { type Chord, chordOf, chordText } from './chord';
import { holder, isPlace, PRESETS, type PresetName, presetKeys, withChord } from './keymap';
import { keyMap } from './keyStore';

/** A chord that was pressed for an action, and the action that has it now. */
interface Conflict {
  readonly action: NamedAction;
  readonly chord: Chord;
  readonly with: Message; // what it does now
}

const PRESET_NAMES = { default: 'Default', cvat: 'CVAT', editor: 'Video editor' } as const;

/** Press a row, then the new key. A key that is taken is asked about before it moves. */
export function KeyEditor() {
  const keys = useStore(keyMap, (now) => now);
  const [waiting, setWaiting] = useState<NamedAction | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);

  // On the window: a mouse click takes the focus away from the row's button.
  useEffect(() => {
    if (waiting === null) return;
    const onKeyDown = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const chord = chordOf(event);
      if (chord === null) return;
      setWaiting(null);
      const taken = takenFor(chord, waiting);
      if (taken) setConflict({ action: waiting, chord, with: taken });
      else keyMap.dispatch(withChord(keyMap.get(), waiting, chord));
    };
    window.addEventListener('keydown', onKeyDown, true);
    return () => window.removeEventListener('keydown', onKeyDown, true);
  }, [waiting]);

  return (
    <div className={styles.editor} data-testid="key-editor">
      <div className={styles.presets}>
        <span>{t('Start from')}</span>
        {(Object.keys(PRESETS) as PresetName[]).map((name) => (
          <Button
            key={name}
            look="outlined"
            data-testid={`preset-${name}`}
            onClick={() => keyMap.dispatch(presetKeys(name))}
          >
            {t(PRESET_NAMES[name])}
          </Button>
        ))}
        <Button data-testid="restore-keys" onClick={() => keyMap.dispatch(presetKeys('default'))}>
          {t('Restore the defaults')}
        </Button>
      </div>
      {conflict && (
        <div className={styles.conflict} role="alert" data-testid="key-conflict">
          <span>
            {t('{key} is already used for “{action}”.', {
              key: chordText(conflict.chord),
              action: t(conflict.with),
            })}
          </span>
          <Button
            look="outlined"
            data-testid="key-conflict-take"
            onClick={() => {
              keyMap.dispatch(withChord(keys, conflict.action, conflict.chord));
              setConflict(null);
            }}
          >
            {t('Use it here')}
          </Button>
          <Button onClick={() => setConflict(null)}>{t('Leave it')}</Button>
        </div>
      )}
      <ul className={styles.rows}>
        {(Object.keys(KEY_ACTIONS) as NamedAction[]).map((action) => (
          <KeyRow
            key={action}
            name={t(KEY_ACTIONS[action])}
            shown={
              waiting === action
                ? t('Press a key')
                : keys[action].map(chordText).join('  ·  ') || '–'
            }
            testId={`key-of-${action}`}
            isWaiting={waiting === action}
            onPress={() => setWaiting(action)}
          />
        ))}
      </ul>
    </div>
  );
}

/** What a key does already, besides this action. */
function takenFor(chord: Chord, action: NamedAction): Message | null {
  const taken = holder(keyMap.get(), chord);
  if (taken) return taken === action ? null : KEY_ACTIONS[taken];
  return isPlace(chord) ? PLACES : null;
}

interface KeyRowProps {
  readonly name: string;
  readonly shown: string; // the keys, or that one is waited for
  readonly testId: string;
  readonly isWaiting: boolean;
  readonly onPress: () => void;
}

function KeyRow({ name, shown, testId, isWaiting, onPress }: KeyRowProps) {
  return (
    <li>
      <span>{name}</span>
      <button
        type="button"
        className={styles.chord}
        aria-label={`${name}: ${shown}`}
        aria-pressed={isWaiting}
        data-testid={testId}
        onClick={onPress}
      >
        {shown}
      </button>
    </li>
  );
}
