import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { MeFields } from '../api/generated';
import { t } from '../i18n/t';
import { Menu } from '../ui/Menu';
import { Avatar } from './Avatar';
import styles from './PersonMenu.module.css';
import { RenameDialog } from './RenameDialog';
import { signOut, useWho } from './who';

const ShareDialog = lazy(async () => ({ default: (await import('./ShareDialog')).ShareDialog }));
const TokensDialog = lazy(async () => ({ default: (await import('./TokensDialog')).TokensDialog }));

type Open = 'rename' | 'people' | 'tokens';

/** Who one is here, and what belongs to that. Nothing on an open server, where nobody is asked. */
export function PersonMenu() {
  const who = useWho();
  if (who.kind !== 'in' || who.me.isOpen || !who.me.person) return null;
  return <Mine me={who.me} person={who.me.person} />;
}

type Person = NonNullable<MeFields['person']>;

function Mine({ me, person }: { me: MeFields; person: Person }) {
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const people = {
    id: 'people',
    label: t('People and links'),
    note: t('Of the whole server'),
    run: () => setOpen('people'),
  };
  return (
    <>
      <Menu
        label={t('{name}: your name, keys and the way out', { name: person.name })}
        testId="person-menu"
        align="end"
        className={styles.trigger}
        items={[
          {
            id: 'rename',
            label: person.name,
            note: t('Change your name'),
            run: () => setOpen('rename'),
          },
          ...(me.may.includes('MANAGE') ? [people] : []),
          { id: 'tokens', label: t('API tokens'), run: () => setOpen('tokens') },
          { id: 'sign-out', label: t('Sign out'), run: () => void signOut() },
        ]}
      >
        <Avatar name={person.name} colour={person.colour} />
      </Menu>
      <Opened open={open} person={person} onClose={close} />
    </>
  );
}

function Opened(props: { open: Open | null; person: Person; onClose: () => void }): ReactNode {
  const { open, person, onClose } = props;
  if (open === 'rename') return <RenameDialog name={person.name} onClose={onClose} />;
  if (open === null) return null;
  return (
    <Suspense>
      {open === 'people' ? <ShareDialog onClose={onClose} /> : <TokensDialog onClose={onClose} />}
    </Suspense>
  );
}
