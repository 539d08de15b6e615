import { createClient } from 'graphql-sse';
import { retryDelayS } from './backoff';
import { resultOf } from './client';
import { ApiError, FORBIDDEN, NOT_FOUND, UNAUTHENTICATED } from './errors';
import { SessionFeed, type SessionFeedResult } from './generated';

export type SessionDelta = SessionFeedResult['sessionFeed'];
export type FeedStatus = 'connecting' | 'live' | 'lost' | 'gone';

export interface FeedListener {
  onDelta(delta: SessionDelta): void;
  /** 'gone': there is no such session any more for this person, and the feed will not come back. */
  onStatus(status: FeedStatus): void;
}

type Answer = Parameters<typeof resultOf<SessionFeedResult>>[0];

/** One connection's life: `close` ends it; the sink hears of everything that comes. */
export interface FeedConnection {
  next(answer: Answer): void;
  connected(): void;
  ended(): void;
}
export type Connect = (after: number, connection: FeedConnection) => () => void;

const MASKS_AT_MOST = 2000; // whoever is further behind gets a summary, and fetches what is near the playhead

const GONE: ReadonlySet<string> = new Set([NOT_FOUND, UNAUTHENTICATED, FORBIDDEN]);
const STEADY_S = 5; // a connection that lived this long was a good one: retry from the shortest delay

/**
 * Everything that changes in a session, in order, for ever: a lost connection is opened again from the last
 * version that arrived. `connect` is there for the tests.
 */
export class Feed {
  private version = 0;
  private attempt = 0;
  private disconnect: (() => void) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private generation = 0; // counts connections: what an older one still says is not heard
  private closed = false;

  constructor(
    private readonly listener: FeedListener,
    private readonly connect: Connect,
  ) {}

  static of(sessionId: string, listener: FeedListener): Feed {
    return new Feed(listener, connectTo(sessionId));
  }

  open(): void {
    this.listener.onStatus('connecting');
    window.addEventListener('online', this.restart);
    this.start();
  }

  close(): void {
    this.closed = true;
    this.rest();
    window.removeEventListener('online', this.restart);
  }

  /** Give the connection back without a word; `restart` goes on from where it was. */
  rest(): void {
    clearTimeout(this.timer);
    this.disconnect?.();
    this.disconnect = null;
    this.generation += 1;
  }

  /** Connect afresh, now: the network is back, and a connection from before may be dead without a word. */
  readonly restart = (): void => {
    if (this.closed) return;
    this.rest();
    this.start();
  };

  private start(): void {
    const startedMs = performance.now();
    this.generation += 1;
    const mine = this.generation;
    const isOver = () => this.closed || this.generation !== mine;
    const end = () => {
      if (isOver()) return;
      this.generation += 1;
      this.disconnect?.();
      this.disconnect = null;
      if (performance.now() - startedMs > STEADY_S * 1000) this.attempt = 0;
      this.listener.onStatus('lost');
      this.timer = setTimeout(() => this.start(), 1000 * retryDelayS(this.attempt, Math.random()));
      this.attempt += 1;
    };
    this.disconnect = this.connect(this.version, {
      connected: () => {
        if (!isOver()) this.listener.onStatus('live');
      },
      next: (answer) => {
        if (!isOver()) this.receive(answer, end);
      },
      ended: end,
    });
  }

  private receive(answer: Answer, end: () => void): void {
    try {
      const delta = resultOf(answer).sessionFeed;
      this.version = Math.max(this.version, delta.version);
      this.listener.onDelta(delta);
    } catch (thrown) {
      if (thrown instanceof ApiError && GONE.has(thrown.code)) {
        this.close();
        this.listener.onStatus('gone');
      } else if (thrown instanceof ApiError) {
        end();
      } else {
        throw thrown;
      }
    }
  }
}

function connectTo(sessionId: string): Connect {
  // The client's own retries would send the first `after` again, so the feed retries by itself.
  const client = createClient({ url: '/graphql', retryAttempts: 0 });
  return (after, connection) =>
    client.subscribe<SessionFeedResult>(
      {
        query: SessionFeed.text,
        operationName: SessionFeed.name,
        variables: { sessionId, after, masksAtMost: MASKS_AT_MOST },
      },
      {
        next: (answer) => connection.next(answer as Answer),
        error: () => connection.ended(),
        complete: () => connection.ended(),
      },
      { connected: () => connection.connected() },
    );
}
