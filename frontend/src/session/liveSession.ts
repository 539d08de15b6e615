import { request } from '../api/client';
import { Feed, type FeedStatus, type SessionDelta } from '../api/feed';
import {
  type CommentFields,
  ExchangeObjects,
  MaskWindow,
  type OpenSessionResult,
} from '../api/generated';
import { notifyError } from '../app/notices';
import { createStore, type Store } from '../app/store';
import { type Comments, NO_COMMENTS, reduceComments } from '../discussion/comments';
import { MaskStore } from '../masks/maskStore';
import { MaskWindows } from '../masks/maskWindows';
import { Contests } from '../outbox/contests';
import { AFTER_ALL, type Edit } from '../outbox/edit';
import { KeptInBrowser } from '../outbox/kept';
import { Outbox } from '../outbox/outbox';
import { NOBODY, type People, type PeopleAction, reducePeople } from '../presence/people';
import { reduce, type SessionAction } from './reducer';
import { EMPTY_SESSION, type SessionState } from './state';

export type SessionInfo = OpenSessionResult['session'];

const HIDDEN_S = 60;
const REACH_S = 8;

/** A session that follows the server: its state, its masks and the feed that keeps both up to date. */
export class LiveSession {
  readonly store: Store<SessionState, SessionAction> = createStore(reduce, EMPTY_SESSION);
  readonly connection: Store<FeedStatus, FeedStatus> = createStore(
    (_: FeedStatus, next: FeedStatus) => next,
    'connecting',
  );
  /** Who has it open now. */
  readonly people: Store<People, PeopleAction> = createStore(reducePeople, NOBODY);
  readonly comments: Store<Comments, readonly CommentFields[]> = createStore(
    reduceComments,
    NO_COMMENTS,
  );
  readonly masks: MaskStore;
  /** Masks of a tracked range that waits to be kept or dropped. */
  readonly candidates: MaskStore;
  readonly windows: MaskWindows;
  /** Every change of the session goes through it. */
  readonly outbox: Outbox;
  readonly contests = new Contests((objectId, seen) => this.bringBack(objectId, seen));
  private readonly feed: Feed;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private isResting = false;
  private everSelected = false;

  constructor(readonly info: SessionInfo) {
    this.masks = new MaskStore(info.video.numFrames);
    this.candidates = new MaskStore(info.video.numFrames);
    this.windows = new MaskWindows(
      this.masks,
      async (firstFrame, lastFrame) =>
        (await request(MaskWindow, { sessionId: info.id, firstFrame, lastFrame })).maskWindow,
    );
    this.outbox = new Outbox({
      sessionId: info.id,
      kept: new KeptInBrowser(),
      version: () => this.store.get().version,
      send: sendEdit,
      onOrphanRefused: (edit, thrown) =>
        this.contests.offer(edit.things.join(), thrown, () =>
          this.sendAgain(edit, thrown.present?.version),
        ),
    });
    this.feed = Feed.of(info.id, {
      onDelta: (delta) => this.receive(delta),
      onStatus: (status) => this.noteStatus(status),
    });
  }

  open(): void {
    this.feed.open();
    this.outbox.adopt();
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  close(): void {
    this.feed.close();
    this.outbox.close();
    this.windows.close();
    clearTimeout(this.hiddenTimer);
    document.removeEventListener('visibilitychange', this.onVisibility);
  }

  /** A browser opens six connections to a server at most: tabs that nobody sees give theirs back. */
  private readonly onVisibility = (): void => {
    clearTimeout(this.hiddenTimer);
    if (document.visibilityState === 'hidden') {
      this.hiddenTimer = setTimeout(() => {
        this.isResting = true;
        this.feed.rest();
      }, HIDDEN_S * 1000);
    } else if (this.isResting) {
      this.isResting = false;
      this.feed.restart();
    }
  };

  /** Resolves when the feed has come as far as a version, so that what it did is on the screen. */
  reached(version: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.store.get().version < version) return;
        clearTimeout(timer);
        leave();
        resolve();
      };
      const leave = this.store.subscribe(look);
      const timer = setTimeout(() => {
        leave();
        resolve(); // the feed is away; what was done shows when it is back
      }, REACH_S * 1000);
      look();
    });
  }

  private noteStatus(status: FeedStatus): void {
    if (status !== 'live') this.people.dispatch({ type: 'anew' });
    const wasLost = this.connection.get() === 'lost';
    this.connection.dispatch(status);
    if (status === 'live' && wasLost) this.outbox.reconnected();
  }

  /** With all that it had, unless it is there again already. */
  private async bringBack(objectId: number, seen: number): Promise<void> {
    if (this.store.get().objects.has(objectId)) return;
    const answer = await this.outbox.add({
      operation: ExchangeObjects,
      variables: { sessionId: this.info.id, remove: [], restore: [objectId] },
      lanes: [AFTER_ALL],
      things: [`object/${objectId}`],
      seen,
    });
    if (answer) await this.reached(answer.exchangeObjects);
    const change = { kind: 'presence', came: [objectId], went: [] } as const;
    this.store.dispatch({ type: 'did', change });
    this.store.dispatch({ type: 'select', objectId });
  }

  /** Of an edit that an earlier page made, all that is known is what it sent. */
  private sendAgain(edit: Edit, seen: number | undefined): void {
    const { operation, variables, things, draftId } = edit;
    const wish = { operation, variables, things, lanes: [AFTER_ALL, ...edit.lanes], seen };
    this.outbox
      .add({ ...wish, ...(draftId !== null && { draftId }) })
      .catch((thrown) => notifyError(thrown));
  }

  private receive(delta: SessionDelta): void {
    if (delta.presence) this.people.dispatch({ type: 'told', presence: delta.presence });
    if (delta.version <= this.store.get().version) return; // somebody moved, nothing changed
    for (const object of delta.objects) {
      if (object.removed) this.masks.removeObject(object.objectId);
    }
    this.receiveCandidates(delta);
    this.masks.summarise(delta.coverage);
    this.masks.apply(delta.masks);
    this.store.dispatch({ type: 'delta', delta });
    this.selectFirst();
    this.comments.dispatch(delta.comments);
  }

  private receiveCandidates(delta: SessionDelta): void {
    if (delta.propagation && delta.propagation.verdict !== 'OPEN') {
      for (const object of this.store.get().objects.keys()) this.candidates.removeObject(object);
    }
    this.candidates.apply(delta.candidates);
  }

  /** Someone who opens a link finds an object selected. */
  private selectFirst(): void {
    const { selectedId, objects } = this.store.get();
    const [first] = objects.keys();
    if (selectedId === null && first !== undefined && !this.everSelected) {
      this.store.dispatch({ type: 'select', objectId: first });
    }
    this.everSelected ||= first !== undefined;
  }
}

function sendEdit(
  { operation, variables, key, client }: Edit,
  signal: AbortSignal,
): Promise<unknown> {
  const headers = { 'Idempotency-Key': key, 'Masklet-Client': client };
  return request(operation, variables, { signal, headers });
}
