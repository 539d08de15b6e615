import { useCallback, useEffect, useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import { SessionLedger, type SessionLedgerResult } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { ago } from '../gallery/format';
import { t } from '../i18n/t';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { Button } from '../ui/Button';
import styles from './Discussion.module.css';
import { aboutText, deedText } from './logText';
import { nameOf } from './names';

type Ledger = SessionLedgerResult['ledger'];
type Entry = Ledger['entries'][number];

const ENGINE = ''; // the person of what engines did
const SETTLED_MS = 1500; // after a change: many come at once

/** Who did what when, newest first, by person and object. */
export function LogPane({ workspace }: { workspace: Workspace }) {
  const [personId, setPersonId] = useState<string | null>(null);
  const [objectId, setObjectId] = useState<number | null>(null);
  const { ledger, older, error, more } = useLedger(workspace, personId, objectId);
  const objects = useVisibleObjects(workspace);
  const names = new Map(objects.map((object) => [object.objectId, object.name]));
  const entries = ledger ? [...ledger.entries, ...older.flatMap((page) => page.entries)] : [];
  return (
    <>
      <div className={styles.line}>
        <select
          className={styles.select}
          value={personId ?? 'everybody'}
          aria-label={t('Whose')}
          data-testid="log-person"
          onChange={({ target }) => setPersonId(target.value === 'everybody' ? null : target.value)}
        >
          <option value="everybody">{t('Everybody')}</option>
          {ledger?.people.map((person) => (
            <option key={person.id} value={person.id}>
              {nameOf(person)}
            </option>
          ))}
          <option value={ENGINE}>{t('Engine')}</option>
        </select>
        <select
          className={styles.select}
          value={objectId ?? ''}
          aria-label={t('About which object')}
          data-testid="log-object"
          onChange={({ target }) => setObjectId(target.value === '' ? null : Number(target.value))}
        >
          <option value="">{t('All objects')}</option>
          {objects.map((object) => (
            <option key={object.objectId} value={object.objectId}>
              {object.name}
            </option>
          ))}
        </select>
      </div>
      {error && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      {ledger && entries.length === 0 && <p className={styles.empty}>{t('Nothing was done.')}</p>}
      <ol className={styles.entries} data-testid="log">
        {entries.map((entry) => (
          <LogEntry key={entry.id} entry={entry} names={names} />
        ))}
      </ol>
      {more && (
        <Button look="outlined" data-testid="log-more" onClick={more}>
          {t('Show older')}
        </Button>
      )}
    </>
  );
}

function LogEntry({ entry, names }: { entry: Entry; names: ReadonlyMap<number, string> }) {
  const about = aboutText(entry, names);
  return (
    <li className={styles.entry} data-testid="log-entry" data-what={entry.what}>
      <span className={styles.name}>{entry.person ? nameOf(entry.person) : t('Engine')}</span>
      <span>{deedText(entry)}</span>
      {about && <span className={styles.soft}>{about}</span>}
      <time className={styles.faint} title={new Date(entry.atS * 1000).toLocaleString()}>
        {ago(entry.atS, Date.now() / 1000)}
      </time>
    </li>
  );
}

/** The newest page, read again when the session has changed, and the older ones that were asked for. */
function useLedger(workspace: Workspace, personId: string | null, objectId: number | null) {
  const sessionId = workspace.session.info.id;
  const version = useStore(workspace.session.store, (state) => state.version);
  const [ledger, setLedger] = useState<Ledger | null>(null);
  const [older, setOlder] = useState<readonly Ledger[]>([]);
  const [error, setError] = useState<string | null>(null);
  const ask = useCallback(
    async (before: string | null) =>
      (await request(SessionLedger, { sessionId, before, personId, objectId })).ledger,
    [sessionId, personId, objectId],
  );
  const read = useCallback(
    async (isWanted: () => boolean) => {
      try {
        const page = await ask(null);
        if (!isWanted()) return;
        setLedger(page);
        setOlder([]);
        setError(null);
      } catch (thrown) {
        if (isWanted()) setError(sentenceOf(thrown));
      }
    },
    [ask],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the session brings new entries
  useEffect(() => {
    let isWanted = true;
    const wait = ledger === null ? 0 : SETTLED_MS;
    const timer = setTimeout(() => void read(() => isWanted), wait);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [read, version]);
  const next = (older.at(-1) ?? ledger)?.next ?? null;
  const more =
    next === null
      ? null
      : () =>
          void ask(next)
            .then((page) => setOlder((pages) => [...pages, page]))
            .catch((thrown) => setError(sentenceOf(thrown)));
  return { ledger, older, error, more };
}
