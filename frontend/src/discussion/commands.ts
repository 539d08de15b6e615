import { request } from '../api/client';
import {
  AcceptObjects,
  AddComment,
  type CommentFields,
  DeleteComment,
  EditComment,
  type ObjectFields,
  RejectObjects,
  ReplyToComment,
  ResolveComment,
  SendForReview,
  WithdrawFromReview,
} from '../api/generated';
import { notifyError } from '../app/notices';
import type { LiveSession } from '../session/liveSession';
import { type Named, namedIn } from './mentions';
import type { Draft } from './view';

/** What people say of the work. Each says whether it was done; a refusal is told, and nothing is lost. */
export class DiscussionCommands {
  constructor(private readonly session: LiveSession) {}

  async add(draft: Draft, text: string, people: readonly Named[]): Promise<CommentFields | null> {
    const { frameIdx, objectId, spot } = draft;
    const mentions = namedIn(text, people);
    const place = { frameIdx, objectId, x: spot?.x ?? null, y: spot?.y ?? null };
    return this.said(
      async () =>
        (await request(AddComment, { sessionId: this.id, text, mentions, ...place })).addComment,
    );
  }

  reply(threadId: string, text: string, people: readonly Named[]): Promise<CommentFields | null> {
    const mentions = namedIn(text, people);
    return this.said(
      async () =>
        (await request(ReplyToComment, { sessionId: this.id, threadId, text, mentions }))
          .replyToComment,
    );
  }

  edit(commentId: string, text: string, people: readonly Named[]): Promise<CommentFields | null> {
    const mentions = namedIn(text, people);
    return this.said(
      async () =>
        (await request(EditComment, { sessionId: this.id, commentId, text, mentions })).editComment,
    );
  }

  remove(commentId: string): Promise<CommentFields | null> {
    return this.said(
      async () => (await request(DeleteComment, { sessionId: this.id, commentId })).deleteComment,
    );
  }

  resolve(commentId: string, resolved: boolean): Promise<CommentFields | null> {
    return this.said(
      async () =>
        (await request(ResolveComment, { sessionId: this.id, commentId, resolved })).resolveComment,
    );
  }

  send(objectIds: readonly number[]): Promise<boolean> {
    return this.judged(
      async () => (await request(SendForReview, { sessionId: this.id, objectIds })).sendForReview,
    );
  }

  withdraw(objectIds: readonly number[]): Promise<boolean> {
    return this.judged(
      async () =>
        (await request(WithdrawFromReview, { sessionId: this.id, objectIds })).withdrawFromReview,
    );
  }

  /** A judgement is of what this page shows: a newer change is refused. */
  accept(objectIds: readonly number[]): Promise<boolean> {
    const seen = this.session.store.get().version;
    return this.judged(
      async () =>
        (await request(AcceptObjects, { sessionId: this.id, objectIds, seen })).acceptObjects,
    );
  }

  reject(objectIds: readonly number[], reason: string): Promise<boolean> {
    const seen = this.session.store.get().version;
    const variables = { sessionId: this.id, objectIds, reason, seen };
    return this.judged(async () => (await request(RejectObjects, variables)).rejectObjects);
  }

  private get id(): string {
    return this.session.info.id;
  }

  private async said(send: () => Promise<CommentFields>): Promise<CommentFields | null> {
    try {
      const comment = await send();
      this.session.comments.dispatch([comment]);
      return comment;
    } catch (thrown) {
      notifyError(thrown);
      return null;
    }
  }

  private async judged(send: () => Promise<readonly ObjectFields[]>): Promise<boolean> {
    try {
      for (const object of await send()) this.session.store.dispatch({ type: 'upsert', object });
      return true;
    } catch (thrown) {
      notifyError(thrown);
      return false;
    }
  }
}
