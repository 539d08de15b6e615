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
import { isContested } from '../outbox/contests';
import { draftLane } from '../outbox/edit';
import { type EditGuard, UNGUARDED } from '../presence/guard';
import { type Change, frameOf, isOvertaken, type Way } from './changes';
import { Doer } from './doer';
import { lastChange } from './history';
import type { LiveSession } from './liveSession';
import { ObjectCommands } from './objectCommands';
import { NO_PROMPTS, type PromptSet, promptInput, promptKey } from './prompts';
import { tellOfRemovals } from './removals';
import { ReviewCommands } from './reviewCommands';
import { promptsOn, visibleObjects } from './state';

/** What a person does to a session. Everything shows at once and is then sent; a refusal is said and taken back. */
export class SessionCommands {
  readonly objects: ObjectCommands;
  readonly review: ReviewCommands;
  private readonly doer: Doer;
  private readonly stopTelling: () => void;
  private readonly named = new Map<number, number>(); // drafts that the server has given an id
  // Drafts of an earlier page may still wait to be sent, so each page begins elsewhere.
  private lastDraftId = -Math.floor(Math.random() * 2 ** 30);

  constructor(
    private readonly session: LiveSession,
    /** Bring a frame to the screen, so that undo is never out of sight. */
    private readonly reveal: (frameIdx: number) => void,
    private readonly guard: EditGuard = UNGUARDED,
  ) {
    this.doer = new Doer(session);
    this.objects = new ObjectCommands(session, this.doer, () => this.flush(), guard);
    this.review = new ReviewCommands(session, this.doer, () => this.flush());
    this.stopTelling = tellOfRemovals(session, this.doer);
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
    this.setPrompts(objectId, frameIdx, before, after);
  }

  select(objectId: number | null): void {
    this.session.store.dispatch({ type: 'select', objectId });
  }

  /** The next click is on it, also before the server has given it an id. */
  async addObject(): Promise<void> {
    const draftId = this.nextDraft();
    const added = await this.create(draftId);
    if (added === null || this.hasPrompts(added)) return;
    const change = { kind: 'presence', came: [added], went: [] } as const;
    this.session.store.dispatch({ type: 'did', change });
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
      if (!this.objects.isConnected()) return;
      const { track } = await request(Track, { sessionId: this.id, direction });
      this.guard.tracks();
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
    this.stopTelling();
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
    const draftId = this.nextDraft();
    void this.create(draftId);
    return draftId;
  }

  private nextDraft(): number {
    this.lastDraftId -= 1;
    this.select(this.lastDraftId);
    return this.lastDraftId;
  }

  /** Taking back its first click is then what there is to undo. */
  private hasPrompts(objectId: number): boolean {
    const { undo } = this.session.store.get();
    return undo.some((change) => change.kind === 'prompt' && change.objectId === objectId);
  }

  private async create(draftId: number): Promise<number | null> {
    const { store, outbox } = this.session;
    try {
      const answer = await outbox.add({
        operation: AddObject,
        variables: { sessionId: this.id },
        lanes: [draftLane(draftId)],
        things: [`object/${draftId}`],
        draftId,
      });
      if (!answer) return null;
      const object = answer.addObject;
      this.named.set(draftId, object.objectId);
      store.dispatch({ type: 'created', draftId, object });
      return object.objectId;
    } catch (thrown) {
      this.refuseDraft(draftId, thrown);
      return null;
    }
  }

  private refuseDraft(draftId: number, thrown: unknown): void {
    const { store, contests } = this.session;
    const sets = [...store.get().pending.values()].filter((one) => one.objectId === draftId);
    store.dispatch({ type: 'draftRefused', draftId });
    if (!isContested(thrown)) {
      notifyError(thrown);
      return;
    }
    contests.offer(`object/${draftId}`, thrown, () => {
      const again = this.startDraft();
      for (const { frameIdx, set } of sets) this.setPrompts(again, frameIdx, NO_PROMPTS, set);
    });
  }

  /** `seen`: what a refusal told of. */
  private setPrompts(
    objectId: number,
    frameIdx: number,
    before: PromptSet,
    after: PromptSet,
    seen?: number,
  ): void {
    const change = { kind: 'prompt', objectId, frameIdx, before, after } as const;
    this.session.store.dispatch({ type: 'edit', change });
    void this.sendPrompts(objectId, frameIdx, after, seen);
  }

  /** The whole set each time: sending it again does no harm, and undo is sending the one from before. */
  private async sendPrompts(
    objectId: number,
    frameIdx: number,
    set: PromptSet,
    seen?: number,
  ): Promise<void> {
    const { store, outbox, contests } = this.session;
    const thing = `prompts/${objectId}/${frameIdx}`;
    const known = () => this.named.get(objectId) ?? objectId;
    try {
      const answer = await outbox.add({
        operation: SetPrompt,
        variables: { sessionId: this.id, prompt: promptInput(objectId, frameIdx, set) },
        lanes: objectId < 0 ? [thing, draftLane(objectId)] : [thing],
        things: [thing],
        isWhole: true,
        seen,
      });
      if (!answer) return; // a later set has taken its place
      const version = answer.setPrompt;
      store.dispatch({ type: 'settle', objectId: known(), frameIdx, set, version });
    } catch (thrown) {
      if (known() < 0) return; // the object was refused, and this with it
      // What was done to it since is in what is shown.
      const mine = store.get().pending.get(promptKey(known(), frameIdx))?.set ?? set;
      store.dispatch({ type: 'refuse', objectId: known(), frameIdx, set });
      if (!isContested(thrown)) {
        notifyError(thrown);
        return;
      }
      const again = () => {
        const now = promptsOn(store.get(), known(), frameIdx);
        this.setPrompts(known(), frameIdx, now, mine, thrown.present?.version);
      };
      contests.offer(`prompts/${known()}/${frameIdx}`, thrown, again, true);
    }
  }

  private async goThrough(way: Way): Promise<void> {
    const { store, outbox } = this.session;
    if (!outbox.isAway) await this.doer.idle(); // what is under way is noted already, but not on the screen
    const change = lastChange(store.get(), way);
    if (!change) return;
    if (outbox.isAway && !SHOWN_AT_ONCE.has(change.kind)) {
      const text = t('This is not sent yet; take it back when the connection is there again.');
      notify({ tone: 'info', text });
      return;
    }
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
    await this.sendPrompts(objectId, frameIdx, set);
  }

  /** Wait until the server has everything that is on the screen, unless it is away. */
  private flush(): Promise<void> {
    return this.session.outbox.idle();
  }
}

const SHOWN_AT_ONCE: ReadonlySet<Change['kind']> = new Set(['prompt', 'describe', 'absent']);
