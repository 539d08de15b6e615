import { request } from '../api/client';
import {
  AddObject,
  CancelTracking,
  DeleteObject,
  type Direction,
  SetPrompt,
  Track,
  UpdateObject,
} from '../api/generated';
import { dismiss, notify, notifyError } from '../app/notices';
import { lastChange, targetOf } from './history';
import type { LiveSession } from './liveSession';
import { PromptSender } from './promptSender';
import { type PromptSet, promptInput } from './prompts';
import { promptsOn, visibleObjects } from './state';

const REMOVAL_GRACE_S = 6;

interface PendingRemoval {
  readonly timer: ReturnType<typeof setTimeout>;
  readonly noticeId: number;
}

/** What a person does to a session. Everything shows at once and is then sent; a refusal is said and taken back. */
export class SessionCommands {
  private readonly sender: PromptSender;
  private readonly drafts = new Map<number, Promise<void>>();
  private readonly removals = new Map<number, PendingRemoval>();
  private lastDraftId = 0;

  constructor(
    private readonly session: LiveSession,
    /** Bring a frame to the screen, so that undo is never out of sight. */
    private readonly reveal: (frameIdx: number) => void,
  ) {
    const { store } = session;
    this.sender = new PromptSender({
      send: async (objectId, frameIdx, set) => {
        const prompt = promptInput(objectId, frameIdx, set);
        return (await request(SetPrompt, { sessionId: this.id, prompt })).setPrompt;
      },
      onSettled: (objectId, frameIdx, set, version) =>
        store.dispatch({ type: 'settle', objectId, frameIdx, set, version }),
      onRefused: (objectId, frameIdx, set, thrown) => {
        store.dispatch({ type: 'refuse', objectId, frameIdx, set });
        notifyError(thrown);
      },
    });
  }

  /** Change the selected object's prompts on a frame; without an object, start one. */
  editPrompts(frameIdx: number, change: (set: PromptSet) => PromptSet): void {
    const { store, info } = this.session;
    if (store.get().version < info.version) return; // what is there already is still on its way
    const objectId = this.selectedOrDraft();
    const before = promptsOn(store.get(), objectId, frameIdx);
    const after = change(before);
    store.dispatch({ type: 'edit', change: { kind: 'prompt', objectId, frameIdx, before, after } });
    if (objectId > 0) this.sender.push(objectId, frameIdx, after);
  }

  async addObject(): Promise<void> {
    try {
      const { addObject: object } = await request(AddObject, { sessionId: this.id });
      this.session.store.dispatch({ type: 'upsert', object });
      this.select(object.objectId);
    } catch (thrown) {
      notifyError(thrown);
    }
  }

  select(objectId: number | null): void {
    this.session.store.dispatch({ type: 'select', objectId });
  }

  async rename(objectId: number, name: string): Promise<void> {
    try {
      const answer = await request(UpdateObject, { sessionId: this.id, objectId, name });
      this.session.store.dispatch({ type: 'upsert', object: answer.updateObject });
    } catch (thrown) {
      notifyError(thrown);
    }
  }

  /** Takes the object off the screen; the server hears of it when the time to undo is over. */
  removeObject(objectId: number): void {
    const object = this.session.store.get().objects.get(objectId);
    if (!object || this.removals.has(objectId)) return;
    this.session.store.dispatch({ type: 'leave', objectId });
    const restore = () => this.restore(objectId);
    const noticeId = notify(
      { tone: 'info', text: `${object.name} removed.`, action: { label: 'Undo', run: restore } },
      REMOVAL_GRACE_S,
    );
    const timer = setTimeout(() => void this.commitRemoval(objectId), REMOVAL_GRACE_S * 1000);
    this.removals.set(objectId, { timer, noticeId });
  }

  undo(): void {
    this.goThrough('undo');
  }

  redo(): void {
    this.goThrough('redo');
  }

  async track(direction: Direction): Promise<void> {
    try {
      await this.flush();
      const { track } = await request(Track, { sessionId: this.id, direction });
      this.session.store.dispatch({ type: 'propagation', propagation: track });
    } catch (thrown) {
      notifyError(thrown);
    }
  }

  async cancelTracking(): Promise<void> {
    try {
      await request(CancelTracking, { sessionId: this.id });
    } catch (thrown) {
      notifyError(thrown);
    }
  }

  /** The page is going away: removals that are still waiting are sent now. */
  close(): void {
    for (const objectId of [...this.removals.keys()]) void this.commitRemoval(objectId, true);
  }

  private get id(): string {
    return this.session.info.id;
  }

  private selectedOrDraft(): number {
    const state = this.session.store.get();
    const { selectedId } = state;
    if (selectedId !== null && (selectedId < 0 || state.objects.has(selectedId))) return selectedId;
    const visible = visibleObjects(state)[0];
    if (visible) {
      this.select(visible.objectId);
      return visible.objectId;
    }
    return this.startDraft();
  }

  private startDraft(): number {
    this.lastDraftId -= 1;
    const draftId = this.lastDraftId;
    this.select(draftId);
    this.drafts.set(
      draftId,
      this.create(draftId).finally(() => this.drafts.delete(draftId)),
    );
    return draftId;
  }

  private async create(draftId: number): Promise<void> {
    const { store } = this.session;
    try {
      const { addObject: object } = await request(AddObject, { sessionId: this.id });
      store.dispatch({ type: 'created', draftId, object });
      for (const { objectId, frameIdx, set } of store.get().pending.values()) {
        if (objectId === object.objectId) this.sender.push(objectId, frameIdx, set);
      }
    } catch (thrown) {
      store.dispatch({ type: 'draftRefused', draftId });
      notifyError(thrown);
    }
  }

  private goThrough(direction: 'undo' | 'redo'): void {
    const { store } = this.session;
    const change = lastChange(store.get(), direction);
    if (!change) return;
    if (change.kind === 'removal') {
      this.restore(change.objectId);
      return;
    }
    store.dispatch({ type: direction });
    this.reveal(change.frameIdx);
    const set = targetOf(change, direction);
    if (change.objectId > 0) this.sender.push(change.objectId, change.frameIdx, set);
  }

  private restore(objectId: number): void {
    const removal = this.removals.get(objectId);
    if (!removal) return;
    clearTimeout(removal.timer);
    dismiss(removal.noticeId);
    this.removals.delete(objectId);
    this.session.store.dispatch({ type: 'stay', objectId });
  }

  private async commitRemoval(objectId: number, keepalive = false): Promise<void> {
    const removal = this.removals.get(objectId);
    if (!removal) return;
    clearTimeout(removal.timer);
    dismiss(removal.noticeId);
    this.removals.delete(objectId);
    try {
      await request(DeleteObject, { sessionId: this.id, objectId }, { keepalive });
      this.session.masks.removeObject(objectId);
      this.session.store.dispatch({ type: 'gone', objectId });
    } catch (thrown) {
      this.session.store.dispatch({ type: 'stay', objectId });
      notifyError(thrown);
    }
  }

  /** Wait until the server has everything that is on the screen. */
  private async flush(): Promise<void> {
    await Promise.all(this.drafts.values());
    await Promise.all([...this.removals.keys()].map((objectId) => this.commitRemoval(objectId)));
    await this.sender.idle();
  }
}
