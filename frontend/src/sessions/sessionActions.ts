import { request } from '../api/client';
import {
  DeleteSession,
  DeleteVideo,
  DuplicateSession,
  RenameSession,
  RestoreSession,
} from '../api/generated';
import { notify, notifyError } from '../app/notices';
import { t } from '../i18n/t';

type Reload = () => Promise<void>;

const UNDO_S = 10;

/** `seen`: the session's version in the list; a newer name is not overwritten. */
export function rename(
  sessionId: string,
  title: string,
  seen: number,
  reload: Reload,
): Promise<void> {
  return done(request(RenameSession, { sessionId, title, seen }), reload);
}

export function duplicate(sessionId: string, reload: Reload): Promise<void> {
  return done(request(DuplicateSession, { sessionId }), reload);
}

export function restore(sessionId: string, reload: Reload): Promise<void> {
  return done(request(RestoreSession, { sessionId }), reload);
}

/** It can be brought back: at once by the notice, later from the bin. */
export async function deleteSession(
  sessionId: string,
  title: string,
  reload: Reload,
): Promise<void> {
  await done(
    request(DeleteSession, { sessionId }).then(() => {
      const undo = { label: t('Undo'), run: () => void restore(sessionId, reload) };
      notify({ tone: 'info', text: t('{name} removed.', { name: title }), action: undo }, UNDO_S);
    }),
    reload,
  );
}

/** For good, so it is asked first. */
export async function deleteVideo(videoId: string, title: string, reload: Reload): Promise<void> {
  const question = t('Delete {title} and its deleted sessions for good?', { title });
  if (window.confirm(question)) await done(request(DeleteVideo, { videoId }), reload);
}

async function done(asked: Promise<unknown>, reload: Reload): Promise<void> {
  try {
    await asked;
  } catch (thrown) {
    notifyError(thrown);
  }
  await reload();
}
