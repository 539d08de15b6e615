import { request } from '../api/client';
import {
  DescribeObject,
  ExchangeObjects,
  type ObjectFields,
  OrderObjects,
  SetAbsentRanges,
  SetOntology,
  SetPrompt,
  SetVerdict,
  SetVerified,
} from '../api/generated';
import { notifyError } from '../app/notices';
import type { AbsentChange, Change, PromptChange, Way } from './changes';
import type { LiveSession } from './liveSession';
import { promptInput } from './prompts';

export type ServerChange = Exclude<Change, PromptChange>;

/**
 * Carries changes out on the server, one after the other, forward and back. A change is noted for undo at once; if
 * the server refuses it, its sentence is said and the note goes.
 */
export class Doer {
  private last: Promise<unknown> = Promise.resolve();
  private lastVersion = 0; // of what this page did itself, which the feed may not have brought yet

  constructor(private readonly session: LiveSession) {}

  /** Do it and note it. Resolves to whether it was done. */
  do(change: ServerChange): Promise<boolean> {
    this.session.store.dispatch({ type: 'did', change });
    return this.run(change, 'redo', false);
  }

  /** Take it back, or do it again; the notes have been moved already. */
  go(change: ServerChange, way: Way): Promise<boolean> {
    return this.run(change, way, true);
  }

  /** Something else that has to keep its place in the row. */
  queue<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all that was begun is done. */
  idle(): Promise<unknown> {
    return this.last;
  }

  /** `isGuarded`: not where somebody has changed the same thing after what this page has seen. */
  private run(change: ServerChange, way: Way, isGuarded: boolean): Promise<boolean> {
    return this.queue(async () => {
      try {
        const seen = Math.max(this.session.store.get().version, this.lastVersion);
        await this.send(change, way, isGuarded ? seen : null);
        return true;
      } catch (thrown) {
        this.session.store.dispatch({ type: 'couldNot', change });
        notifyError(thrown);
        return false;
      }
    });
  }

  private async send(change: ServerChange, way: Way, seen: number | null): Promise<void> {
    const { store, info } = this.session;
    const sessionId = info.id;
    switch (change.kind) {
      case 'describe': {
        const { objectId } = change;
        const said = way === 'undo' ? change.before : change.after;
        const answer = await request(DescribeObject, { sessionId, objectId, ...said, seen });
        this.takeIn(answer.describeObject);
        return;
      }
      case 'absent':
        await this.sendAbsent(change, way, seen);
        return;
      case 'verify': {
        const verified = way === 'undo' ? !change.verified : change.verified;
        const { places } = change;
        await this.reach((await request(SetVerified, { sessionId, places, verified })).setVerified);
        return;
      }
      case 'presence': {
        const [restore, remove] =
          way === 'undo' ? [change.went, change.came] : [change.came, change.went];
        const answer = await request(ExchangeObjects, { sessionId, remove, restore });
        await this.reach(answer.exchangeObjects);
        const [first] = restore;
        if (first !== undefined) store.dispatch({ type: 'select', objectId: first });
        return;
      }
      case 'order': {
        const objectIds = way === 'undo' ? change.before : change.after;
        await this.reach((await request(OrderObjects, { sessionId, objectIds })).orderObjects);
        return;
      }
      case 'ontology': {
        const classes = way === 'undo' ? change.before : change.after;
        const answer = await request(SetOntology, { sessionId, classes });
        store.dispatch({ type: 'ontology', ontology: answer.setOntology });
        return;
      }
      case 'verdict': {
        const verdict = way === 'undo' ? change.before : change.after;
        const { propagationId } = change;
        const answer = await request(SetVerdict, { sessionId, propagationId, verdict });
        await this.reach(answer.setVerdict);
      }
    }
  }

  private async sendAbsent(change: AbsentChange, way: Way, seen: number | null): Promise<void> {
    const { objectId } = change;
    const sessionId = this.session.info.id;
    const ranges = way === 'undo' ? change.before : change.after;
    const answer = await request(SetAbsentRanges, { sessionId, objectId, ranges, seen });
    this.takeIn(answer.setAbsentRanges);
    if (way === 'redo') return;
    for (const { frameIdx, set } of change.cleared) {
      await request(SetPrompt, { sessionId, prompt: promptInput(objectId, frameIdx, set) });
    }
  }

  private takeIn(object: ObjectFields): void {
    this.lastVersion = Math.max(this.lastVersion, object.version);
    this.session.store.dispatch({ type: 'upsert', object });
  }

  /** What was just done is on the screen: the feed has come as far. */
  private reach(version: number): Promise<void> {
    return this.session.reached(version);
  }
}
