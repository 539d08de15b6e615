import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import styles from './Discussion.module.css';
import { begunName, matching, type Named, withName } from './mentions';

const MAX_TEXT = 2000;

interface ComposerProps {
  readonly label: string;
  readonly action: string; // on the button
  readonly people: readonly Named[];
  readonly first?: string; // what is changed
  readonly takesFocus?: boolean;
  /** False: it was refused, and the text stays. */
  readonly onSend: (text: string) => Promise<boolean>;
  readonly onCancel?: () => void;
}

/** A field for plain text. Ctrl+Enter sends; "@" offers the people who can be named. */
export function Composer(props: ComposerProps) {
  const { label, people, onCancel } = props;
  const [text, setText] = useState(props.first ?? '');
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [isSending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const begun = begunName(text, caret);
  const offered = begun === null ? [] : matching(people, begun);

  useEffect(() => {
    if (props.takesFocus) field.current?.focus();
  }, [props.takesFocus]);

  const name = (person: Named) => {
    const next = withName(text, caret, begun ?? '', person.name);
    setText(next.text);
    setCaret(next.caret);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  const send = async () => {
    if (!text.trim() || isSending) return;
    setSending(true);
    if (await props.onSend(text.trim())) setText('');
    setSending(false);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    event.stopPropagation();
    const chosen = offered[Math.min(at, offered.length - 1)];
    if (chosen && (event.key === 'Enter' || event.key === 'Tab')) name(chosen);
    else if (chosen && event.key === 'ArrowDown') setAt((at + 1) % offered.length);
    else if (chosen && event.key === 'ArrowUp') setAt((at + offered.length - 1) % offered.length);
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
    else if (event.key === 'Escape' && onCancel) onCancel();
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.composer}>
      <textarea
        ref={field}
        className={styles.field}
        value={text}
        rows={3}
        maxLength={MAX_TEXT}
        placeholder={label}
        aria-label={label}
        aria-controls={offered.length > 0 ? listId : undefined}
        data-testid="comment-text"
        onChange={(event) => {
          setText(event.target.value);
          setCaret(event.target.selectionStart);
          setAt(0);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
      {offered.length > 0 && (
        <ul id={listId} className={styles.offers} data-testid="mention-offers">
          {offered.map((person, i) => (
            <li key={person.id}>
              <button
                type="button"
                className={styles.offer}
                data-chosen={i === Math.min(at, offered.length - 1)}
                onClick={() => name(person)}
              >
                @{person.name}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.actions}>
        {onCancel && <Button onClick={onCancel}>{t('Cancel')}</Button>}
        <Button
          look="primary"
          disabled={!text.trim() || isSending}
          title={t('Send (Ctrl+Enter)')}
          data-testid="send-comment"
          onClick={() => void send()}
        >
          {props.action}
        </Button>
      </div>
    </div>
  );
}
