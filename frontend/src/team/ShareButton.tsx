import { lazy, Suspense, useState } from 'react';
import { copyText } from '../app/clipboard';
import { notify } from '../app/notices';
import { sessionPath } from '../app/router';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { useMay } from './capabilities';
import type { Place } from './place';
import { useWho } from './who';

const ShareDialog = lazy(async () => ({ default: (await import('./ShareDialog')).ShareDialog }));

/**
 * How a session gets to others. Its owner on a closed server makes links; everybody else copies the address, which
 * shows the session to whoever may see it already.
 */
export function ShareButton({ workspace }: { workspace: Workspace }) {
  const who = useWho();
  const mayInvite = useMay(workspace, 'MANAGE');
  const { id } = workspace.session.info;
  const isClosed = who.kind === 'in' && !who.me.isOpen;
  const title = t('Invite people to this session');
  if (isClosed && mayInvite) return <Share place={{ sessionId: id }} title={title} />;
  return <CopyAddress sessionId={id} isClosed={isClosed} />;
}

/** Nothing on an open server, where a project needs no invitation. */
export function ShareProjectButton({ projectId }: { projectId: string }) {
  const who = useWho();
  if (who.kind !== 'in' || who.me.isOpen) return null;
  return <Share place={{ projectId }} title={t('Invite people to this project')} />;
}

function Share({ place, title }: { place: Place; title: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon="link" title={title} data-testid="share" onClick={() => setOpen(true)}>
        {t('Share')}
      </Button>
      {isOpen && (
        <Suspense>
          <ShareDialog {...place} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

const SAID_MS = 1800;

function CopyAddress({ sessionId, isClosed }: { sessionId: string; isClosed: boolean }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    const link = window.location.origin + sessionPath(sessionId);
    if (!(await copyText(link))) {
      notify({ tone: 'info', text: t('Copy this link by hand: {link}', { link }) });
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <Button
      icon={isCopied ? 'check' : 'link'}
      title={
        isClosed
          ? t('Whoever may see this session sees it by this link, live')
          : t('Anyone with this link sees this session, live')
      }
      data-testid="copy-link"
      onClick={() => void copy()}
    >
      {isCopied ? t('Link copied') : t('Copy link')}
    </Button>
  );
}
