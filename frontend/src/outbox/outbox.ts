import { retryDelayS } from '../api/backoff';
import { ApiError, OFFLINE, offline, TOO_MANY_REQUESTS, UNAUTHENTICATED } from '../api/errors';
import type { Operation } from '../api/operation';
import { createStore, type Store } from '../app/store';
import { t } from '../i18n/t';
import { AFTER_ALL, draftLane, type Edit, newKey, type Variables, withNamed } from './edit';
import type { Kept } from './kept';

/** What the banner shows. */
export interface OutboxState {
  readonly unsent: number;
  /** Something had to wait for the connection, and not all of it has gone yet. */
  readonly isAway: boolean;
  /** The last try came to nothing. */
  readonly isStuck: boolean;
}

export interface EditWish<Result, Sent> {
  readonly operation: Operation<Result, Sent>;
  readonly variables: Sent & { readonly seen?: number | null };
  readonly lanes: readonly string[];
  readonly things: readonly string[];
  /** It says all there is to say of its things: of several that have not been tried, the last one is enough. */
  readonly isWhole?: boolean;
  readonly draftId?: number;
  /** What it was made on, where that is more than the feed has brought: what a refusal said. */
  readonly seen?: number | undefined;
}

export interface OutboxLinks {
  readonly sessionId: string;
  readonly kept: Kept;
  /** The version that is on the screen. */
  version(): number;
  send(edit: Edit, signal: AbortSignal): Promise<unknown>;
  /** An edit that an earlier page left behind was refused. */
  onOrphanRefused(edit: Edit, thrown: ApiError): void;
}

interface Waiting {
  edit: Edit;
  readonly isWhole: boolean;
  abort: AbortController | null; // while it is being sent
  wasTried: boolean;
  hadToWait: boolean; // for the connection
  resolve(answer: unknown): void;
  reject(thrown: unknown): void;
}

const MOST_H = 20; // the server knows a repeat for a day; what is older is for a person to decide

/**
 * Every change of a session goes through here: it is kept in the browser, sent with a key, and forgotten when it is
 * answered. While the connection is there, edits of different things go at the same time; once one had to wait, all
 * go one after the other, in the order in which they were made.
 */
export class Outbox {
  readonly state: Store<OutboxState, OutboxState> = createStore(
    (_: OutboxState, next: OutboxState) => next,
    { unsent: 0, isAway: false, isStuck: false },
  );
  readonly client = newKey();
  private waiting: Waiting[] = [];
  private turns = 0;
  private isHeld = false; // nothing is sent before the next try
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private idlers: (() => void)[] = [];
  private closed = false;

  constructor(private readonly links: OutboxLinks) {}

  get isAway(): boolean {
    return this.state.get().isAway;
  }

  /** Take up what earlier pages of this browser left unsent, in front of all that comes. */
  adopt(): void {
    const mine = new Set(this.waiting.map(({ edit }) => edit.key));
    const left = this.links.kept.all(this.links.sessionId).filter(({ key }) => !mine.has(key));
    const orphans = left.map((edit): Waiting => {
      const reject = (thrown: unknown) =>
        this.links.onOrphanRefused(edit, thrown instanceof ApiError ? thrown : offline());
      return {
        edit,
        isWhole: false,
        abort: null,
        wasTried: true,
        hadToWait: true,
        resolve() {},
        reject,
      };
    });
    const isOld = ({ edit }: Waiting) => Date.now() - edit.madeMs > MOST_H * 3600 * 1000;
    for (const orphan of orphans.filter(isOld)) {
      this.links.kept.drop(orphan.edit);
      orphan.reject(new ApiError(t('This change is old; look whether it is still wanted.'), 'OLD'));
    }
    this.waiting = [...orphans.filter((one) => !isOld(one)), ...this.waiting];
    this.note();
    this.pump();
  }

  /** Resolves to the answer, however long that takes; to null where a later one of the same took its place. */
  add<Result, Sent>(wish: EditWish<Result, Sent>): Promise<Result | null> {
    const edit = this.edit(wish);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        edit,
        isWhole: wish.isWhole ?? false,
        abort: null,
        wasTried: false,
        hadToWait: this.isAway,
        resolve: (answer) => resolve(answer as Result | null),
        reject,
      };
      this.takePlace(waiting);
      this.links.kept.put(edit);
      this.note();
      this.pump();
    });
  }

  /** The connection is there again: what was on its way may never be answered, so it is sent again now. */
  reconnected(): void {
    for (const one of this.waiting) one.abort?.abort();
    this.attempt = 0;
    this.note();
    this.release();
  }

  /** Resolves when everything has been answered, or has to wait for the connection. */
  idle(): Promise<void> {
    if (this.waiting.length === 0 || this.isAway) return Promise.resolve();
    return new Promise((resolve) => this.idlers.push(resolve));
  }

  /** Would closing the page leave something that the server does not have? What is just being sent does not count. */
  get wouldMiss(): boolean {
    return this.waiting.length > 0 && this.isAway;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private edit<Result, Sent>(wish: EditWish<Result, Sent>): Edit {
    this.turns += 1;
    const { operation, things, lanes, draftId = null } = wish;
    const known = this.waiting.filter(({ edit }) =>
      edit.things.some((one) => things.includes(one)),
    );
    const before = known.map(({ edit }) => edit.variables.seen ?? Number.POSITIVE_INFINITY);
    const variables: Variables = {
      ...(wish.variables as Variables),
      // Behind an edit that is not answered, nobody has seen more of these things than it had.
      seen: Math.min(Math.max(this.links.version(), wish.seen ?? 0), ...before),
    };
    return {
      key: newKey(),
      client: this.client,
      sessionId: this.links.sessionId,
      madeMs: Date.now(),
      turn: this.turns,
      operation: { name: operation.name, text: operation.text },
      variables,
      lanes,
      things,
      draftId,
    };
  }

  /** At the end; or in the place of one that says less of the same, if nothing else has come between. */
  private takePlace(one: Waiting): void {
    const at = this.waiting.findLastIndex((other) => isSameThings(other.edit, one.edit));
    const other = this.waiting[at];
    const canReplace =
      one.isWhole &&
      other &&
      !other.wasTried &&
      this.waiting.slice(at).every((later) => later.isWhole);
    if (!canReplace) {
      this.waiting.push(one);
      return;
    }
    this.links.kept.drop(other.edit);
    this.waiting[at] = one;
    other.resolve(null);
  }

  private pump(): void {
    if (this.isHeld || this.closed) return;
    for (const [at, one] of this.waiting.entries()) {
      const before = this.waiting.slice(0, at);
      const mustWait = this.isAway
        ? at > 0
        : before.some((other) => isBehind(one.edit, other.edit));
      if (!one.abort && !mustWait) void this.send(one);
    }
  }

  private async send(one: Waiting): Promise<void> {
    const abort = new AbortController();
    one.abort = abort;
    one.wasTried = true;
    try {
      const answer = await this.links.send(one.edit, abort.signal);
      one.abort = null;
      this.answered(one, answer);
    } catch (thrown) {
      one.abort = null;
      if (abort.signal.aborted || isAway(thrown)) this.hold(abort.signal.aborted);
      else this.refused(one, thrown);
    }
  }

  private answered(one: Waiting, answer: unknown): void {
    this.attempt = 0;
    this.remove(one);
    if (one.edit.draftId !== null) this.name(one.edit.draftId, objectIdIn(answer));
    one.resolve(answer);
    this.done();
  }

  private refused(one: Waiting, thrown: unknown): void {
    this.remove(one);
    if (thrown instanceof ApiError) thrown.hadToWait = one.hadToWait;
    one.reject(thrown);
    const { draftId } = one.edit;
    const lane = draftId === null ? null : draftLane(draftId);
    for (const other of [...this.waiting]) {
      if (lane && other.edit.lanes.includes(lane)) this.refused(other, thrown); // of an object that never came
    }
    this.done();
  }

  private name(draftId: number, objectId: number | null): void {
    if (objectId === null) return;
    for (const one of this.waiting) {
      if (!one.edit.lanes.includes(draftLane(draftId))) continue;
      one.edit = withNamed(one.edit, draftId, objectId);
      this.links.kept.put(one.edit);
    }
  }

  /** Nothing more for a while. `isBrief`: it was called off, to be sent again at once. */
  private hold(isBrief: boolean): void {
    for (const one of this.waiting) one.hadToWait = true;
    if (!isBrief) this.attempt += 1;
    this.note();
    this.tellIdlers();
    if (isBrief) {
      this.pump();
      return;
    }
    this.isHeld = true;
    clearTimeout(this.timer);
    const waitS = retryDelayS(this.attempt - 1, Math.random());
    this.timer = setTimeout(() => this.release(), 1000 * waitS);
  }

  private release(): void {
    clearTimeout(this.timer);
    this.isHeld = false;
    this.pump();
  }

  private remove(one: Waiting): void {
    this.waiting = this.waiting.filter((other) => other !== one);
    this.links.kept.drop(one.edit);
  }

  private done(): void {
    this.note();
    this.pump();
    if (this.waiting.length === 0) this.tellIdlers();
  }

  private tellIdlers(): void {
    const idlers = this.idlers;
    this.idlers = [];
    for (const resolve of idlers) resolve();
  }

  private note(): void {
    const isAway = this.waiting.some((one) => one.hadToWait);
    const { state } = this;
    const next = { unsent: this.waiting.length, isAway, isStuck: isAway && this.attempt > 0 };
    const now = state.get();
    const isNews = (Object.keys(next) as (keyof OutboxState)[]).some(
      (name) => now[name] !== next[name],
    );
    if (isNews) state.dispatch(next);
  }
}

/** Has it to be sent after the answer of the other, which was made before it? */
function isBehind(one: Edit, other: Edit): boolean {
  return one.lanes.includes(AFTER_ALL) || one.lanes.some((lane) => other.lanes.includes(lane));
}

function isSameThings(one: Edit, other: Edit): boolean {
  return one.operation.name === other.operation.name && one.things.join() === other.things.join();
}

const FOR_LATER: ReadonlySet<string> = new Set([OFFLINE, TOO_MANY_REQUESTS, UNAUTHENTICATED]);

/** It did not arrive, or nobody knows whether it did; or it came too soon, or before signing in again. */
function isAway(thrown: unknown): boolean {
  return thrown instanceof ApiError && FOR_LATER.has(thrown.code);
}

function objectIdIn(answer: unknown): number | null {
  const [object] = Object.values(answer as Record<string, { readonly objectId?: number }>);
  return object?.objectId ?? null;
}
