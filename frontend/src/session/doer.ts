import type { ApiError, Present } from '../api/errors';
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
import type { Operation } from '../api/operation';
import { notify, notifyError } from '../app/notices';
import { isContested, removedIn } from '../outbox/contests';
import { presentText } from '../outbox/contestText';
import { AFTER_ALL } from '../outbox/edit';
import type { AbsentChange, Change, DescribeChange, PromptChange, Way } from './changes';
import { changeAnew, thingsOf } from './contested';
import type { LiveSession } from './liveSession';
import { promptInput } from './prompts';

export type ServerChange = Exclude<Change, PromptChange>;

/** The lane in which all these changes go, one after the other. */
export const DOER = 'changes';

/**
 * Carries changes out on the server, one after the other, forward and back. A change is noted for undo at once; if
 * the server refuses it, its sentence is said, or it is offered again, and the note goes.
 */
export class Doer {
  private last: Promise<unknown> = Promise.resolve();
  private running = 0;

  constructor(private readonly session: LiveSession) {}

  /** Do it and note it. Resolves to whether it was done. `seen`: what a refusal told of. */
  do(change: ServerChange, seen?: number): Promise<boolean> {
    this.session.store.dispatch({ type: 'did', change });
    return this.run(change, 'redo', seen);
  }

  /** Take it back, or do it again; the notes have been moved already. */
  go(change: ServerChange, way: Way): Promise<boolean> {
    return this.run(change, way);
  }

  /** Something else that undo has to wait for. */
  track<Result>(work: Promise<Result>): Promise<Result> {
    this.running += 1;
    this.last = Promise.allSettled([this.last, work]);
    const ended = () => {
      this.running -= 1;
    };
    work.then(ended, ended);
    return work;
  }

  /** Is something on its way, or has the feed not brought it yet? */
  get isBusy(): boolean {
    return this.running > 0;
  }

  /** Resolves when all that was begun is done. */
  idle(): Promise<unknown> {
    return this.last;
  }

  private async run(change: ServerChange, way: Way, seen?: number): Promise<boolean> {
    const { store, contests } = this.session;
    try {
      await this.track(this.send(change, way, seen));
      return true;
    } catch (thrown) {
      store.dispatch({ type: 'couldNot', change });
      if (isRemovedAlready(change, way, thrown)) {
        const nameOf = (objectId: number) => store.get().objects.get(objectId)?.name;
        notify({ tone: 'info', text: presentText(thrown.present, nameOf) });
        await this.track(this.reach(thrown.present.version)); // it does not come back for a moment
        return false;
      }
      if (!isContested(thrown)) {
        notifyError(thrown);
        return false;
      }
      contests.offer(thingsOf(change).join(), thrown, () => {
        void this.do(changeAnew(store.get(), change, way), thrown.present?.version);
      });
      return false;
    }
  }

  private async send(change: ServerChange, way: Way, seen?: number): Promise<void> {
    const { store, info } = this.session;
    const sessionId = info.id;
    const post = <Result, Sent>(operation: Operation<Result, Sent>, variables: Sent) =>
      this.post(change, operation, variables, seen);
    switch (change.kind) {
      case 'describe':
        await this.sendDescription(change, way, seen);
        return;
      case 'absent':
        await this.sendAbsent(change, way, seen);
        return;
      case 'verify': {
        const verified = way === 'undo' ? !change.verified : change.verified;
        const { places } = change;
        await this.reach((await post(SetVerified, { sessionId, places, verified })).setVerified);
        return;
      }
      case 'presence': {
        const [restore, remove] =
          way === 'undo' ? [change.went, change.came] : [change.came, change.went];
        const answer = await post(ExchangeObjects, { sessionId, remove, restore });
        await this.reach(answer.exchangeObjects);
        const [first] = restore;
        if (first !== undefined) store.dispatch({ type: 'select', objectId: first });
        return;
      }
      case 'order': {
        const objectIds = way === 'undo' ? change.before : change.after;
        await this.reach((await post(OrderObjects, { sessionId, objectIds })).orderObjects);
        return;
      }
      case 'ontology': {
        const classes = way === 'undo' ? change.before : change.after;
        const answer = await post(SetOntology, { sessionId, classes });
        store.dispatch({ type: 'ontology', ontology: answer.setOntology });
        return;
      }
      case 'verdict': {
        const verdict = way === 'undo' ? change.before : change.after;
        const { propagationId } = change;
        await this.reach(
          (await post(SetVerdict, { sessionId, propagationId, verdict })).setVerdict,
        );
      }
    }
  }

  private async sendDescription(change: DescribeChange, way: Way, seen?: number): Promise<void> {
    const { objectId } = change;
    const [old, said] =
      way === 'undo' ? [change.after, change.before] : [change.before, change.after];
    await this.showing(objectId, said, old, async () => {
      const variables = { sessionId: this.session.info.id, objectId, ...said };
      this.takeIn((await this.post(change, DescribeObject, variables, seen)).describeObject);
    });
  }

  private async sendAbsent(change: AbsentChange, way: Way, seen?: number): Promise<void> {
    const { objectId } = change;
    const sessionId = this.session.info.id;
    const [old, ranges] =
      way === 'undo' ? [change.after, change.before] : [change.before, change.after];
    await this.showing(objectId, { absent: ranges }, { absent: old }, async () => {
      const variables = { sessionId, objectId, ranges };
      const absent = this.post(change, SetAbsentRanges, variables, seen);
      const prompts = (way === 'undo' ? change.cleared : []).map(({ frameIdx, set }) =>
        this.post(
          change,
          SetPrompt,
          { sessionId, prompt: promptInput(objectId, frameIdx, set) },
          seen,
        ),
      );
      const [answer] = await Promise.all([absent, ...prompts]);
      this.takeIn(answer.setAbsentRanges);
    });
  }

  /** Show it at once, and what was there before if it is refused and nothing newer has come. */
  private async showing(
    objectId: number,
    said: Partial<ObjectFields>,
    old: Partial<ObjectFields>,
    work: () => Promise<void>,
  ): Promise<void> {
    const { store } = this.session;
    const show = (fields: Partial<ObjectFields>) => {
      const object = store.get().objects.get(objectId);
      if (object) store.dispatch({ type: 'upsert', object: { ...object, ...fields } });
    };
    const version = store.get().objects.get(objectId)?.version;
    show(said);
    try {
      await work();
    } catch (thrown) {
      if (store.get().objects.get(objectId)?.version === version) show(old);
      throw thrown;
    }
  }

  /** Kept and sent in its turn. Of one that is whole only the last counts; these are not. */
  private async post<Result, Sent>(
    change: ServerChange,
    operation: Operation<Result, Sent>,
    variables: Sent,
    seen?: number,
  ): Promise<Result> {
    const lanes = WAITS_FOR_ALL.has(change.kind) ? [AFTER_ALL, DOER] : [DOER];
    const wish = {
      operation,
      variables: variables as Sent & object,
      lanes,
      things: thingsOf(change),
    };
    const answer = await this.session.outbox.add({ ...wish, seen });
    return answer as Result; // null comes only where something whole was replaced
  }

  private takeIn(object: ObjectFields): void {
    this.session.store.dispatch({ type: 'upsert', object });
  }

  /** What was just done is on the screen: the feed has come as far. */
  private reach(version: number): Promise<void> {
    return this.session.reached(version);
  }
}

/** Was it to remove just the object that somebody else had removed? Then it is as it was meant. */
function isRemovedAlready(
  change: ServerChange,
  way: Way,
  thrown: unknown,
): thrown is ApiError & { readonly present: Present } {
  if (change.kind !== 'presence' || !isContested(thrown)) return false;
  const [goes, comes] = way === 'undo' ? [change.came, change.went] : [change.went, change.came];
  return comes.length === 0 && goes.length === 1 && goes[0] === removedIn(thrown.present);
}

// What they do depends on prompts and masks that may be on their way.
const WAITS_FOR_ALL: ReadonlySet<Change['kind']> = new Set([
  'absent',
  'verify',
  'presence',
  'verdict',
]);
