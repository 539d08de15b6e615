import { request } from '../api/client';
import { Feed, type FeedStatus, type SessionDelta } from '../api/feed';
import { MaskWindow, type OpenSessionResult } from '../api/generated';
import { createStore, type Store } from '../app/store';
import { MaskStore } from '../masks/maskStore';
import { MaskWindows } from '../masks/maskWindows';
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
  readonly masks: MaskStore;
  /** Masks of a tracked range that waits to be kept or dropped. */
  readonly candidates: MaskStore;
  readonly windows: MaskWindows;
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
    this.feed = Feed.of(info.id, {
      onDelta: (delta) => this.receive(delta),
      onStatus: (status) => {
        if (status !== 'live') this.people.dispatch({ type: 'anew' });
        this.connection.dispatch(status);
      },
    });
  }

  open(): void {
    this.feed.open();
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  close(): void {
    this.feed.close();
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
