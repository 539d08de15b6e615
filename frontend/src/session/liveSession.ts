import { Feed, type FeedStatus, type SessionDelta } from '../api/feed';
import type { OpenSessionResult } from '../api/generated';
import { createStore, type Store } from '../app/store';
import { MaskStore } from '../masks/maskStore';
import { reduce, type SessionAction } from './reducer';
import { EMPTY_SESSION, type SessionState } from './state';

export type SessionInfo = OpenSessionResult['session'];

const HIDDEN_S = 60;

/** A session that follows the server: its state, its masks and the feed that keeps both up to date. */
export class LiveSession {
  readonly store: Store<SessionState, SessionAction> = createStore(reduce, EMPTY_SESSION);
  readonly connection: Store<FeedStatus, FeedStatus> = createStore(
    (_: FeedStatus, next: FeedStatus) => next,
    'connecting',
  );
  readonly masks: MaskStore;
  private readonly feed: Feed;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private isResting = false;
  private everSelected = false;

  constructor(readonly info: SessionInfo) {
    this.masks = new MaskStore(info.video.numFrames);
    this.feed = Feed.of(info.id, {
      onDelta: (delta) => this.receive(delta),
      onStatus: (status) => this.connection.dispatch(status),
    });
  }

  open(): void {
    this.feed.open();
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  close(): void {
    this.feed.close();
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

  private receive(delta: SessionDelta): void {
    for (const object of delta.objects) {
      if (object.removed) this.masks.removeObject(object.objectId);
    }
    this.masks.apply(delta.masks);
    this.store.dispatch({ type: 'delta', delta });
    this.selectFirst();
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
