import {
  type ClassFields,
  type FrameRangeInput,
  MergeObjects,
  SplitObject,
} from '../api/generated';
import { notify, notifyError } from '../app/notices';
import { t } from '../i18n/t';
import { isContested } from '../outbox/contests';
import { AFTER_ALL } from '../outbox/edit';
import type { EditWish } from '../outbox/outbox';
import { type EditGuard, UNGUARDED } from '../presence/guard';
import type { Description } from './changes';
import { DOER, type Doer } from './doer';
import type { LiveSession } from './liveSession';
import { isInRanges, toggledRange } from './ranges';
import { promptedFrames, promptsOn } from './state';

/** What a person does to the objects of a session. */
export class ObjectCommands {
  constructor(
    private readonly session: LiveSession,
    private readonly doer: Doer,
    private readonly flush: () => Promise<void>,
    private readonly guard: EditGuard = UNGUARDED,
  ) {}

  /** If not, says so: this cannot wait until it is there again. */
  isConnected(): boolean {
    if (!this.session.outbox.isAway) return true;
    notify({ tone: 'info', text: t('This needs the connection; do it when that is back.') });
    return false;
  }

  /** Name, colour, class, attributes, lock. */
  async describe(objectId: number, after: Description): Promise<boolean> {
    const object = this.session.store.get().objects.get(objectId);
    if (!object || (after.locked !== false && !this.mayChange(objectId))) return false;
    const before: Description = {
      ...(after.name !== undefined && { name: object.name }),
      ...(after.colour !== undefined && { colour: object.colour }),
      ...(after.label !== undefined && { label: object.label }),
      ...(after.attributes !== undefined && { attributes: object.attributes }),
      ...(after.locked !== undefined && { locked: object.locked }),
    };
    return this.doer.do({ kind: 'describe', objectId, before, after });
  }

  /** May it be changed? If not, says why. */
  mayChange(objectId: number): boolean {
    const object = this.session.store.get().objects.get(objectId);
    if (!object?.locked) return this.guard.mayEdit(objectId);
    notify({ tone: 'info', text: t('{name} is locked; unlock it first.', { name: object.name }) });
    return false;
  }

  async remove(objectId: number, undo: () => void): Promise<void> {
    const { store } = this.session;
    const object = store.get().objects.get(objectId);
    if (!object || store.get().leaving.has(objectId) || !this.mayChange(objectId)) return;
    store.dispatch({ type: 'leave', objectId });
    await this.flush();
    const done = await this.doer.do({ kind: 'presence', came: [], went: [objectId] });
    if (!done) {
      store.dispatch({ type: 'stay', objectId });
      return;
    }
    const text = t('{name} removed.', { name: object.name });
    notify({ tone: 'info', text, action: { label: t('Undo'), run: undo } }, 6);
  }

  /** One object of several; it is called as the first. */
  async merge(objectIds: readonly number[]): Promise<void> {
    if (!objectIds.every((id) => this.mayChange(id))) return;
    await this.regroup(
      objectIds,
      { operation: MergeObjects, variables: { sessionId: this.session.info.id, objectIds } },
      ({ mergeObjects }) => [mergeObjects],
    );
  }

  /** Two objects of one: from that frame on it is a new one. */
  async split(objectId: number, frameIdx: number): Promise<void> {
    if (!this.mayChange(objectId)) return;
    await this.regroup(
      [objectId],
      {
        operation: SplitObject,
        variables: { sessionId: this.session.info.id, objectId, frameIdx },
      },
      ({ splitObject }) => splitObject,
    );
  }

  async order(after: readonly number[]): Promise<void> {
    const before = [...this.session.store.get().objects.keys()];
    await this.doer.do({ kind: 'order', before, after });
  }

  /** Move an object up (-1) or down (1) the list. */
  async move(objectId: number, by: -1 | 1): Promise<void> {
    const ids = [...this.session.store.get().objects.keys()];
    const at = ids.indexOf(objectId);
    const other = ids[at + by];
    if (at < 0 || other === undefined) return;
    ids[at] = other;
    ids[at + by] = objectId;
    await this.order(ids);
  }

  /** Say that the object is absent on these frames, or, where it is said of all of them, that it is not. */
  async toggleAbsent(objectId: number, range: FrameRangeInput): Promise<void> {
    const object = this.session.store.get().objects.get(objectId);
    if (!object || !this.mayChange(objectId)) return;
    await this.setAbsent(objectId, toggledRange(object.absent, range));
  }

  async setAbsent(objectId: number, after: readonly FrameRangeInput[]): Promise<void> {
    await this.flush();
    const state = this.session.store.get();
    const before = (state.objects.get(objectId)?.absent ?? []).map(({ first, last }) => ({
      first,
      last,
    }));
    const cleared = promptedFrames(state, objectId)
      .filter((frameIdx) => isInRanges(after, frameIdx))
      .map((frameIdx) => ({ frameIdx, set: promptsOn(state, objectId, frameIdx) }));
    await this.doer.do({ kind: 'absent', objectId, before, after, cleared });
  }

  async setOntology(after: readonly ClassFields[]): Promise<boolean> {
    const before = this.session.store.get().ontology;
    return this.doer.do({ kind: 'ontology', before, after });
  }

  private async regroup<Result, Sent>(
    went: readonly number[],
    wish: Pick<EditWish<Result, Sent>, 'operation' | 'variables' | 'seen'>,
    cameIn: (answer: Result) => readonly { readonly objectId: number; readonly version: number }[],
  ): Promise<void> {
    await this.flush();
    if (!this.isConnected()) return;
    const { outbox, contests, store } = this.session;
    const things = went.map((id) => `object/${id}`);
    try {
      const send = async () => {
        const answer = await outbox.add({ ...wish, lanes: [AFTER_ALL, DOER], things });
        const objects = answer === null ? [] : cameIn(answer);
        if (objects[0]) await this.session.reached(objects[0].version);
        return objects;
      };
      const came = await this.doer.track(send());
      const [first] = came;
      if (!first) return;
      store.dispatch({ type: 'select', objectId: first.objectId });
      this.noteExchange(
        came.map((object) => object.objectId),
        went,
      );
    } catch (thrown) {
      const again = (seen?: number) => void this.regroup(went, { ...wish, seen }, cameIn);
      if (isContested(thrown)) {
        contests.offer(things.join(), thrown, () => again(thrown.present?.version));
      } else notifyError(thrown);
    }
  }

  /** It is done already: only the note for undo is missing. */
  private noteExchange(came: readonly number[], went: readonly number[]): void {
    this.session.store.dispatch({ type: 'did', change: { kind: 'presence', came, went } });
  }
}
