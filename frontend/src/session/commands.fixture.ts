import { afterEach, beforeEach, vi } from 'vitest';
import type { SessionDelta } from '../api/feed';
import type { ObjectFields } from '../api/generated';
import { notices } from '../app/notices';
import { NO_REVIEW } from '../discussion/review.fixture';
import { SessionCommands } from './commands';
import { LiveSession, type SessionInfo } from './liveSession';
import { withPoint } from './prompts';

const INFO: SessionInfo = {
  id: 's',
  may: ['LOOK', 'COMMENT', 'EDIT'],
  mayInProject: ['LOOK', 'COMMENT', 'EDIT'],
  version: 0,
  createdS: 0,
  title: '',
  projectId: 'home',
  engine: { id: 'e', label: 'E', device: 'cpu', available: true, note: '' },
  video: {
    id: 'v',
    title: 'Cups',
    state: 'READY',
    progress: 1,
    error: null,
    width: 64,
    height: 36,
    numFrames: 10,
    fps: 25,
    posterUrl: null,
    inGallery: false,
    frameTimesS: Array.from({ length: 10 }, (_, i) => i / 25),
    renditionUrl: '/x.mp4',
    renditionProgress: 1,
    pixelAspect: 1,
    warning: null,
    sourceSha256: '',
  },
};

export const OBJECT: ObjectFields = {
  objectId: 1,
  name: 'Object 1',
  colour: '#88ccff',
  removed: false,
  version: 1,
  label: '',
  attributes: [],
  rank: 1,
  locked: false,
  absent: [],
  assigneeId: null,
  review: NO_REVIEW,
};

export function feed(session: LiveSession, version: number, change: Partial<SessionDelta>): void {
  const nothing = {
    objects: [],
    prompts: [],
    masks: [],
    coverage: [],
    candidates: [],
    comments: [],
    presence: null,
  };
  const delta = { version, ...nothing, propagation: null, details: null, ...change };
  session.store.dispatch({ type: 'delta', delta });
}

interface Asked {
  readonly operationName: string;
  readonly variables: Record<string, unknown>;
}

const USUAL: Record<string, (asked: Asked) => unknown> = {
  AddObject: () => ({ addObject: OBJECT }),
  SetPrompt: () => ({ setPrompt: 5 }),
  ExchangeObjects: () => ({ exchangeObjects: 9 }),
};

/** A server that answers each operation as told, and remembers what it was asked. */
export function harness(answers: Record<string, (asked: Asked) => unknown> = {}) {
  const asked: Asked[] = [];
  const told = { ...USUAL, ...answers };
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    const one = JSON.parse(String(init.body)) as Asked;
    asked.push(one);
    const answer = told[one.operationName]?.(one);
    const errors = answer instanceof Error ? [refusal(answer)] : undefined;
    return { json: async () => (errors ? { errors } : { data: answer }) };
  });
  const session = new LiveSession(INFO);
  const reveal = vi.fn();
  const commands = new SessionCommands(session, reveal);
  const click = (frameIdx: number, x: number) =>
    commands.editPrompts(frameIdx, (set) => withPoint(set, { x, y: 3, include: true }));
  const names = () => asked.map((one) => one.operationName);
  return { session, commands, click, asked, names, reveal };
}

const refusal = ({ message, ...extensions }: Error) => ({ message, extensions });

export const settle = () => vi.advanceTimersByTimeAsync(1);

/** Call it once in a file of tests: each begins without notices, in a time of its own. */
export function freshEachTime(): void {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    for (const notice of notices.get()) notices.dispatch({ type: 'dismiss', id: notice.id });
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}
