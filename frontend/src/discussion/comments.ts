import type { CommentFields } from '../api/generated';

/** A session's comments by id, as the feed has brought them. */
export type Comments = ReadonlyMap<string, CommentFields>;

export const NO_COMMENTS: Comments = new Map();

/** The newest of each counts: a change may come by its answer and by the feed, in either order. */
export function reduceComments(known: Comments, came: readonly CommentFields[]): Comments {
  const fresh = came.filter((one) => (known.get(one.id)?.version ?? 0) < one.version);
  if (fresh.length === 0) return known;
  const next = new Map(known);
  for (const comment of fresh) next.set(comment.id, comment);
  return next;
}

/** A first comment, which says where it is pinned, and the answers to it. */
export interface Thread {
  readonly id: string;
  readonly first: CommentFields;
  readonly replies: readonly CommentFields[];
  readonly isResolved: boolean;
}

/** The threads in which something is left to read, by frame, then by age. */
export function threadsOf(comments: Comments): readonly Thread[] {
  const replies = new Map<string, CommentFields[]>();
  for (const comment of comments.values()) {
    if (comment.id === comment.threadId || comment.removed) continue;
    replies.set(comment.threadId, [...(replies.get(comment.threadId) ?? []), comment]);
  }
  const threads: Thread[] = [];
  for (const first of comments.values()) {
    if (first.id !== first.threadId) continue;
    const answers = (replies.get(first.id) ?? []).sort(byAge);
    if (first.removed && answers.length === 0) continue;
    threads.push({ id: first.id, first, replies: answers, isResolved: first.resolvedS !== null });
  }
  return threads.sort((a, b) => a.first.frameIdx - b.first.frameIdx || byAge(a.first, b.first));
}

function byAge(a: CommentFields, b: CommentFields): number {
  return a.createdS - b.createdS;
}

/** What is pinned to a spot of a frame, and what was resolved only where it is open. */
export function pinnedOn(
  threads: readonly Thread[],
  frameIdx: number,
  openId: string | null,
): readonly Thread[] {
  return threads.filter(
    ({ first, isResolved, id }) =>
      first.frameIdx === frameIdx && first.x !== null && (!isResolved || id === openId),
  );
}

/** Frames with threads that nobody has resolved, in order. */
export function openFrames(threads: readonly Thread[]): readonly number[] {
  const open = threads.filter((thread) => !thread.isResolved);
  return [...new Set(open.map((thread) => thread.first.frameIdx))];
}

/** How many unresolved threads name a person. */
export function openMentions(threads: readonly Thread[], personId: string): number {
  const names = (comment: CommentFields) =>
    !comment.removed && comment.mentions.some((person) => person.id === personId);
  return threads.filter(
    ({ first, replies, isResolved }) => !isResolved && [first, ...replies].some(names),
  ).length;
}
