import { request } from '../api/client';
import {
  AddObject,
  CancelTracking,
  type Direction,
  ResumeTracking,
  SetPrompt,
  Track,
} from '../api/generated';
import { notify, notifyError } from '../app/notices';
import { t } from '../i18n/t';
import { type EditGuard, UNGUARDED } from '../presence/guard';
import { frameOf, isOvertaken, type Way } from './changes';
import { Doer } from './doer';
import { lastChange } from './history';
import type { LiveSession } from './liveSession';
import { ObjectCommands } from './objectCommands';
import { PromptSender } from './promptSender';
import { type PromptSet, promptInput } from './prompts';
import { ReviewCommands } from './reviewCommands';
import { promptsOn, visibleObjects } from './state';

/** What a person does to a session. Everything shows at once and is then sent; a refusal is said and taken back. */
export class SessionCommands {
  readonly objects: ObjectCommands;
  readonly review: ReviewCommands;
  private readonly sender: PromptSender;
  private readonly doer: Doer;
  private readonly drafts = new Map<number, Promise<void>>();
  private lastDraftId = 0;

  constructor(
    private readonly session: LiveSession,
    /** Bring a frame to the screen, so that undo is never out of sight. */
    private readonly reveal: (frameIdx: number) => void,
    private readonly guard: EditGuard = UNGUARDED,
  ) {
    const { store } = session;
    this.doer = new Doer(session);
    this.objects = new ObjectCommands(session, this.doer, () => this.flush(), guard);
    this.review = new ReviewCommands(session, this.doer, () => this.flush());
    this.sender = new PromptSender({
      send: async (objectId, frameIdx, set, seen) => {
        const prompt = promptInput(objectId, frameIdx, set);
        return (await request(SetPrompt, { sessionId: this.id, prompt, seen })).setPrompt;
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
    if (!this.objects.mayChange(objectId)) return;
    const before = promptsOn(store.get(), objectId, frameIdx);
    const after = change(before);
    if (after === before) return;
    this.guard.edits(objectId);
    store.dispatch({ type: 'edit', change: { kind: 'prompt', objectId, frameIdx, before, after } });
    if (objectId > 0) this.sender.push(objectId, frameIdx, after);
  }

  select(objectId: number | null): void {
    this.session.store.dispatch({ type: 'select', objectId });
  }

  addObject(): Promise<void> {
    return this.objects.add();
  }

  rename(objectId: number, name: string): Promise<boolean> {
    return this.objects.describe(objectId, { name });
  }

  /** Its place is taken at once; the server keeps what it had, for undo. */
  removeObject(objectId: number): void {
    void this.objects.remove(objectId, () => this.undo());
  }

  undo(): void {
    void this.goThrough('undo');
  }

  redo(): void {
    void this.goThrough('redo');
  }

  async track(direction: Direction): Promise<void> {
    try {
      await this.flush();
      const { track } = await request(Track, { sessionId: this.id, direction });
      this.session.store.dispatch({ type: 'propagation', propagation: track });
      this.review.noteTrack(track.id);
    } catch (thrown) {
      notifyError(thrown);
    }
  }

  /** Go on with tracking that failed or was cancelled. */
  async resumeTracking(): Promise<void> {
    try {
      const { resumeTracking } = await request(ResumeTracking, { sessionId: this.id });
      this.session.store.dispatch({ type: 'propagation', propagation: resumeTracking });
      this.review.noteTrack(resumeTracking.id);
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

  /** Nothing waits to be sent when the page goes away. */
  close(): void {
    this.review.close();
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

  private async goThrough(way: Way): Promise<void> {
    await this.doer.idle(); // what is under way is noted already, but not on the screen
    const { store } = this.session;
    const change = lastChange(store.get(), way);
    if (!change) return;
    if (isOvertaken(store.get(), change, way)) {
      store.dispatch({ type: 'couldNot', change });
      notify({ tone: 'info', text: t('Somebody has changed this since, so it stays as it is.') });
      return;
    }
    store.dispatch({ type: way });
    const frame = frameOf(change);
    if (frame !== null) this.reveal(frame);
    if (change.kind !== 'prompt') {
      await this.doer.go(change, way);
      return;
    }
    const { objectId, frameIdx } = change;
    const set = way === 'undo' ? change.before : change.after;
    if (objectId > 0) this.sender.push(objectId, frameIdx, set, this.seenNow());
  }

  /** The version that this page has seen, its own prompts included. */
  private seenNow(): number {
    const { version, pending } = this.session.store.get();
    const own = [...pending.values()].map((prompt) => prompt.version ?? 0);
    return Math.max(version, this.sender.lastVersion, ...own);
  }

  /** Wait until the server has everything that is on the screen. */
  private async flush(): Promise<void> {
    await Promise.all(this.drafts.values());
    await this.doer.idle();
    await this.sender.idle();
  }
}
