import { request } from '../api/client';
import { type ObjectFields, ReviewQueue } from '../api/generated';
import { notify, notifyError } from '../app/notices';
import { navigate, sessionPath } from '../app/router';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { visibleObjects } from '../session/state';
import { type Thread, threadsOf } from './comments';

/** The address of a thread: it opens the session there. */
export function commentPath(sessionId: string, commentId: string): string {
  return `${sessionPath(sessionId)}?comment=${encodeURIComponent(commentId)}`;
}

/** The address of an object that waits for review. */
export function objectPath(sessionId: string, objectId: number): string {
  return `${sessionPath(sessionId)}?object=${objectId}`;
}

/** To a thread's frame, with its object selected and the thread open. */
export function goToThread(workspace: Workspace, thread: Thread): void {
  const { player, commands, session, discussion } = workspace;
  const { frameIdx, objectId } = thread.first;
  player.pause();
  player.seek(frameIdx);
  if (objectId !== null && session.store.get().objects.has(objectId)) commands.select(objectId);
  discussion.dispatch({ type: 'open', threadId: thread.id, isResolved: thread.isResolved });
}

/** To an object, where most of it is to be seen. */
export function goToObject(workspace: Workspace, objectId: number): void {
  const { player, commands, session } = workspace;
  const frameIdx = session.store.get().objects.get(objectId)?.review.frameIdx;
  commands.select(objectId);
  player.pause();
  if (frameIdx !== null && frameIdx !== undefined) player.seek(frameIdx);
}

/** Goes once where the page's address says, as soon as the feed has brought it. Returns the way to stop. */
export function followAddress(workspace: Workspace, search: string): () => void {
  const wanted = new URLSearchParams(search);
  const commentId = wanted.get('comment');
  const objectId = Number(wanted.get('object') ?? Number.NaN);
  const { session } = workspace;
  const look = () => {
    const comment = commentId === null ? undefined : session.comments.get().get(commentId);
    const thread =
      comment && threadsOf(session.comments.get()).find((one) => one.id === comment.threadId);
    if (thread) goToThread(workspace, thread);
    else if (commentId === null && session.store.get().objects.has(objectId))
      goToObject(workspace, objectId);
    else return;
    stop();
  };
  const leave = [session.comments.subscribe(look), session.store.subscribe(look)];
  const stop = () => {
    for (const one of leave.splice(0)) one();
  };
  if (commentId === null && Number.isNaN(objectId)) stop();
  return stop;
}

type Reviewed = Pick<ObjectFields, 'objectId' | 'review'>;

/** Objects that wait for review, the longest waiting first. */
export function waitingIn(objects: readonly Reviewed[]): readonly number[] {
  return objects
    .filter(({ review }) => review.state === 'FOR_REVIEW')
    .sort((a, b) => (a.review.sentS ?? 0) - (b.review.sentS ?? 0))
    .map(({ objectId }) => objectId);
}

/** To the object that waits longest: after the selected one in this session, then in others, then from the first. */
export async function goToNext(workspace: Workspace): Promise<void> {
  const { session } = workspace;
  const state = session.store.get();
  const waiting = waitingIn(visibleObjects(state));
  const at = state.selectedId === null ? -1 : waiting.indexOf(state.selectedId);
  const here = waiting[at + 1];
  if (here !== undefined) {
    goToObject(workspace, here);
    return;
  }
  try {
    const { reviewQueue } = await request(ReviewQueue, { first: 100, skip: 0 });
    const next = reviewQueue.objects.find((one) => one.sessionId !== session.info.id);
    if (next) navigate(objectPath(next.sessionId, next.object.objectId));
    else if (waiting[0] !== undefined && at !== 0) goToObject(workspace, waiting[0]);
    else notify({ tone: 'info', text: t('Nothing else waits for review.') });
  } catch (thrown) {
    notifyError(thrown);
  }
}
