import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { replacePath } from '../app/router';
import { LanguageMenu } from '../i18n/LanguageMenu';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Logo } from '../ui/Logo';
import styles from './Doors.module.css';
import { asksForPassphrase, join, takeSecret } from './join';
import { isFinal, refusalText } from './refusals';
import { askWho, useWho } from './who';

const LONGEST_NAME = 60;

/** Where a share link leads: asks for a name, and for a passphrase where the link has one. */
export function JoinPage() {
  const secret = useSecret();
  const who = useWho();
  const isOpen = who.kind === 'in' && who.me.isOpen;
  useEffect(() => {
    document.title = `${t('Join')} · Masklet`;
  }, []);
  useEffect(() => {
    if (isOpen) void goWhereItLeads(secret); // a server of this machine alone asks nobody's name
  }, [isOpen, secret]);
  return (
    <main className={styles.page} data-testid="join-page">
      <div className={styles.corner}>
        <LanguageMenu />
      </div>
      <Logo />
      {secret ? (
        <JoinForm key={secret} secret={secret} />
      ) : (
        <>
          <h1 className={styles.title}>{t('This link is not whole')}</h1>
          <p className={styles.text}>
            {t('Open the whole link again, as it was sent to you: its end is the key.')}
          </p>
        </>
      )}
    </main>
  );
}

async function goWhereItLeads(secret: string): Promise<void> {
  const answer = secret ? await join({ secret, name: '', passphrase: '' }) : null;
  replacePath(answer?.kind === 'in' ? answer.to : '/');
}

/** Another link may be opened in the same tab: then only the fragment changes, and the page stays. */
function useSecret(): string {
  const [secret, setSecret] = useState(() => takeSecret(window.location, window.history));
  useEffect(() => {
    const look = () => {
      const next = takeSecret(window.location, window.history);
      if (next) setSecret(next);
    };
    window.addEventListener('hashchange', look);
    return () => window.removeEventListener('hashchange', look);
  }, []);
  return secret;
}

function JoinForm({ secret }: { secret: string }) {
  const who = useWho();
  const known = who.kind === 'in' ? who.me.person?.name : undefined; // they have come in before
  const [name, setName] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [asksMore, setAsksMore] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<{ readonly code: string; readonly text: string } | null>(
    null,
  );
  const errorId = useId();
  const passphraseField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asksMore) passphraseField.current?.focus();
  }, [asksMore]);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const answer = await join({ secret, name: known ?? name.trim(), passphrase });
    if (answer.kind === 'in') {
      await askWho();
      replacePath(answer.to);
      return;
    }
    setBusy(false);
    setAsksMore(asksMore || asksForPassphrase(answer.code));
    setRefusal({ code: answer.code, text: refusalText(answer.code, answer.sentence) });
  };

  if (refusal && isFinal(refusal.code)) {
    return (
      <>
        <h1 className={styles.title}>{t('This link leads nowhere now')}</h1>
        <p className={styles.text} role="alert" data-testid="join-refused" data-code={refusal.code}>
          {refusal.text}
        </p>
        {known && (
          <div className={styles.ways}>
            <Button look="primary" onClick={() => replacePath('/')}>
              {t('To the gallery')}
            </Button>
          </div>
        )}
      </>
    );
  }
  return (
    <>
      <h1 className={styles.title}>{t('You are invited')}</h1>
      <p className={styles.text}>
        {known
          ? t('You come in as {name}.', { name: known })
          : t('Others see your name beside your cursor and your comments.')}
      </p>
      <form className={styles.form} onSubmit={(event) => void send(event)}>
        {!known && (
          <label className={styles.label}>
            {t('Your name')}
            <input
              className={styles.field}
              // biome-ignore lint/a11y/noAutofocus: the one thing that is asked here
              autoFocus
              required
              maxLength={LONGEST_NAME}
              autoComplete="name"
              value={name}
              data-testid="join-name"
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        )}
        {asksMore && (
          <label className={styles.label}>
            {t('Passphrase')}
            <input
              ref={passphraseField}
              className={styles.field}
              type="password"
              required
              autoComplete="off"
              value={passphrase}
              aria-describedby={refusal ? errorId : undefined}
              data-testid="join-passphrase"
              onChange={(event) => setPassphrase(event.target.value)}
            />
          </label>
        )}
        {refusal && (
          <p
            id={errorId}
            className={styles.refusal}
            role="alert"
            data-testid="join-refused"
            data-code={refusal.code}
          >
            {refusal.text}
          </p>
        )}
        <Button look="primary" type="submit" disabled={isBusy} data-testid="join">
          {t('Join')}
        </Button>
      </form>
    </>
  );
}
