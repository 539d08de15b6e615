import { useRef, useState } from 'react';
import type { PresenceFields } from '../api/generated';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { initials } from '../team/initials';
import { Button } from '../ui/Button';
import { useDismiss } from '../ui/useDismiss';
import { MAX_NAME } from './name';
import { others } from './people';
import styles from './presence.module.css';
import { usePeople } from './usePeople';

const FACES = 4; // in the bar: more are counted

/** Who else is here, in the top bar: nothing while one is alone. Opened, where each is, and a way to follow. */
export function HereList({ workspace }: { workspace: Workspace }) {
  const people = usePeople(workspace, (state) => state);
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useDismiss(root, isOpen, () => setOpen(false));
  const shown = others(people);
  const names = shown.map((one) => one.name).join(', ');
  return (
    <div
      ref={root}
      className={styles.here}
      data-keeps-following
      data-menu-open={(isOpen && shown.length > 0) || undefined}
    >
      <span className={styles.unseen} role="status">
        {shown.length > 0 && t('Also here: {names}', { names })}
      </span>
      {shown.length > 0 && (
        <button
          type="button"
          className={styles.faces}
          aria-expanded={isOpen}
          aria-label={t('Who is here')}
          title={names}
          data-testid="here"
          onClick={() => setOpen(!isOpen)}
        >
          {shown.slice(0, FACES).map((one) => (
            <Face key={one.id} person={one} />
          ))}
          {shown.length > FACES && (
            <span
              className={`${styles.face} ${styles.more}`}
              data-letters={`+${shown.length - FACES}`}
              aria-hidden="true"
            />
          )}
        </button>
      )}
      {isOpen && shown.length > 0 && (
        <ul className={styles.list} aria-label={t('Who is here')} data-testid="here-list">
          {shown.map((one) => (
            <Person
              key={one.id}
              person={one}
              workspace={workspace}
              isFollowed={people.following === one.id}
              onFollow={() => setOpen(false)}
            />
          ))}
          <Yourself workspace={workspace} />
        </ul>
      )}
    </div>
  );
}

function Face({ person }: { person: Pick<PresenceFields, 'name' | 'colour'> }) {
  return (
    <span
      className={styles.face}
      style={{ '--person': person.colour } as React.CSSProperties}
      data-letters={initials(person.name)}
      aria-hidden="true"
    />
  );
}

interface PersonProps {
  readonly person: PresenceFields;
  readonly workspace: Workspace;
  readonly isFollowed: boolean;
  readonly onFollow: () => void;
}

function Person({ person, workspace, isFollowed, onFollow }: PersonProps) {
  const objects = useStore(workspace.session.store, (state) => state.objects);
  const held = person.holds.flatMap((id) => objects.get(id)?.name ?? []).join(', ');
  return (
    <li className={styles.person} data-testid="person" data-person={person.id}>
      <Face person={person} />
      <span className={styles.who}>
        <span className={styles.name}>{person.name}</span>
        <span className={`${styles.what} number`}>
          {t('Frame {frame}', { frame: person.frameIdx })}
          {held && ` · ${t('editing {names}', { names: held })}`}
        </span>
      </span>
      <Button
        aria-pressed={isFollowed}
        data-testid="follow"
        onClick={() => {
          if (isFollowed) workspace.presence.following.stop();
          else workspace.presence.following.start(person.id);
          onFollow();
        }}
      >
        {isFollowed ? t('Stop') : t('Follow')}
      </Button>
    </li>
  );
}

/** Where nobody signs in, a name to be known by. */
function Yourself({ workspace }: { workspace: Workspace }) {
  const name = useStore(workspace.presence.name, (state) => state);
  const me = usePeople(workspace, ({ all, me: id }) => (id === null ? undefined : all.get(id)));
  if (!me) return null;
  return (
    <li className={styles.person} data-testid="yourself">
      <Face person={me} />
      <span className={styles.who}>
        {name === null ? (
          <span className={styles.name}>{t('You ({name})', { name: me.name })}</span>
        ) : (
          <input
            className={styles.field}
            defaultValue={name}
            maxLength={MAX_NAME}
            placeholder={t('You ({name})', { name: me.name })}
            aria-label={t('Your name, for the others')}
            data-testid="own-name"
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === 'Enter') event.currentTarget.blur();
            }}
            onBlur={(event) => workspace.presence.rename(event.target.value.trim())}
          />
        )}
      </span>
    </li>
  );
}
