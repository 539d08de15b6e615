import { useState } from 'react';
import { request } from '../api/client';
import { RevokeLink } from '../api/generated';
import { t } from '../i18n/t';
import { Dialog } from '../ui/Dialog';
import { LinkList } from './LinkList';
import { MemberList } from './MemberList';
import { NewLink } from './NewLink';
import type { Place } from './place';
import styles from './Team.module.css';
import { useSharing } from './useSharing';

/**
 * Who may come into a place, and by which links. For a project or a session; with neither, for the whole server.
 * For its owners: the server answers nobody else.
 */
export function ShareDialog({ onClose, ...place }: Place & { readonly onClose: () => void }) {
  const sharing = useSharing(place);
  const [urls, setUrls] = useState<ReadonlyMap<string, string>>(new Map()); // of links made just now, by id
  return (
    <Dialog title={titleOf(place)} testId="share-dialog" onClose={onClose}>
      <NewLink
        place={place}
        attempt={sharing.attempt}
        onMade={({ link, url }) => setUrls(new Map([...urls, [link.id, url]]))}
      />
      {sharing.error && (
        <p className={styles.error} role="alert" data-testid="share-refused">
          {sharing.error}
        </p>
      )}
      <LinkList
        links={sharing.links}
        urls={urls}
        onRevoke={(id) => void sharing.attempt(request(RevokeLink, { id }))}
      />
      {sharing.isLoaded && (
        <MemberList
          members={sharing.members}
          newcomers={sharing.newcomers}
          place={place}
          attempt={sharing.attempt}
        />
      )}
    </Dialog>
  );
}

function titleOf({ projectId, sessionId }: Place): string {
  if (sessionId) return t('Share this session');
  return projectId ? t('Share this project') : t('People of this server');
}
