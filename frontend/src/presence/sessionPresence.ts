import { request } from '../api/client';
import { HoldObject } from '../api/generated';
import { PAGE_HEADER } from '../api/page';
import { notify, notifyError } from '../app/notices';
import { createStore, type Store } from '../app/store';
import { t } from '../i18n/t';
import type { Player } from '../playback/player';
import type { LiveSession } from '../session/liveSession';
import type { Spot } from '../stage/view';
import { Beats, type Welcome } from './beats';
import { Following } from './following';
import type { EditGuard } from './guard';
import { Holding } from './holding';
import { keepName, keptName } from './name';
import { holderOf, others } from './people';

const HIDDEN_S = 60; // a page that nobody sees for so long is not here

/** The video pixel in the middle of the stage, and how near it is: 1 shows the whole video. */
export interface Seen extends Spot {
  readonly zoom: number;
}

/** This page among the others: says where it is and what it edits, asks before it does, takes over. */
export class SessionPresence implements EditGuard {
  /** Whether the page may say a name, and which it says. */
  readonly name: Store<string | null, string | null> = createStore(
    (_: string | null, next: string | null) => next,
    null,
  );
  readonly following: Following;
  private readonly beats: Beats;
  private readonly holding = new Holding();
  private cursor: Spot | null = null;
  private view: Seen | null = null;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly leave: (() => void)[];
  private before = '';
  private out: AbortController | null = null; // of the beat that is on its way

  constructor(
    private readonly session: LiveSession,
    private readonly player: Player,
  ) {
    this.beats = new Beats({
      send: () => this.send(),
      onWelcome: (welcome) => this.welcome(welcome),
      hasOthers: () => others(session.people.get()).length > 0,
      holds: () => this.holding.ids.length > 0,
    });
    this.following = new Following(session, player);
    this.leave = [
      player.subscribe(this.onMove),
      session.people.subscribe(this.noteTakenOver),
      () => this.following.close(),
    ];
    document.addEventListener('visibilitychange', this.onVisibility);
    window.addEventListener('pagehide', this.onPageHide);
    window.addEventListener('pageshow', this.onPageShow);
  }

  open(): void {
    this.beats.start();
  }

  close(): void {
    for (const leave of this.leave) leave();
    clearTimeout(this.hiddenTimer);
    document.removeEventListener('visibilitychange', this.onVisibility);
    window.removeEventListener('pagehide', this.onPageHide);
    window.removeEventListener('pageshow', this.onPageShow);
    this.go();
  }

  /** Where the pointer is on the video; null: not on it. */
  point(cursor: Spot | null): void {
    if (cursor === this.cursor) return;
    this.cursor = cursor;
    this.beats.changed();
  }

  look(view: Seen): void {
    this.view = view;
    this.beats.changed();
  }

  rename(name: string): void {
    keepName(name);
    this.name.dispatch(name);
    this.beats.changed();
  }

  /** Where somebody else is editing it, says so, with the way to do it all the same. */
  mayEdit(objectId: number): boolean {
    const holder = holderOf(this.session.people.get(), objectId);
    if (!holder) return true;
    notify({
      tone: 'info',
      text: t('{person} is editing {name}: wait a moment, or take it over.', {
        person: holder.name,
        name: this.nameOf(objectId),
      }),
      action: { label: t('Take over'), run: () => void this.takeOver(objectId) },
    });
    return false;
  }

  /** While that goes on, others are asked to wait. */
  edits(objectId: number): void {
    if (objectId < 0) return; // the server has not named it yet
    this.holding.touch(objectId);
    this.beats.changed();
  }

  tracks(): void {
    for (const { name, holds } of others(this.session.people.get())) {
      const names = holds.map((objectId) => this.nameOf(objectId)).join(', ');
      if (!names) continue;
      notify({
        tone: 'info',
        text: t('Left out: {names}. {person} is editing.', { names, person: name }),
      });
    }
  }

  /** A drawing begins, which is sent only when it is done: others are to know already. */
  async begins(objectId: number): Promise<void> {
    const people = this.session.people.get();
    if (others(people).length === 0 || holderOf(people, objectId)) return;
    await this.hold(objectId, false);
  }

  async takeOver(objectId: number): Promise<void> {
    await this.hold(objectId, true);
  }

  private async hold(objectId: number, takeOver: boolean): Promise<void> {
    try {
      await request(HoldObject, { sessionId: this.session.info.id, objectId, takeOver });
      this.edits(objectId);
    } catch (thrown) {
      notifyError(thrown);
    }
  }

  private async send(): Promise<Welcome> {
    const { target, playing } = this.player;
    const { cursor, view } = this;
    this.out = new AbortController();
    const said = {
      name: this.name.get() ?? keptName(),
      frame_idx: target,
      cursor: cursor && [cursor.x, cursor.y],
      view: view && [view.x, view.y, view.zoom],
      playing,
      holds: this.holding.ids,
    };
    const answer = await this.post(said, { signal: this.out.signal });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()) as Welcome;
  }

  private post(said: object, options: RequestInit): Promise<Response> {
    return fetch(`/api/sessions/${this.session.info.id}/here`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...PAGE_HEADER },
      body: JSON.stringify(said),
      ...options,
    });
  }

  private welcome({ person_id, names_itself }: Welcome): void {
    this.session.people.dispatch({ type: 'me', id: person_id });
    if (names_itself && this.name.get() === null) this.name.dispatch(keptName());
  }

  /** Not here any more. */
  private go(): void {
    this.beats.stop();
    this.out?.abort(); // or it could come after this
    void this.post({ gone: true }, { keepalive: true }).catch(() => undefined); // it lapses by itself soon
  }

  private readonly onMove = (): void => {
    const { target, playing } = this.player;
    const place = `${target} ${playing}`;
    if (place === this.before) return; // a picture came, nothing moved
    this.before = place;
    this.beats.changed();
  };

  private readonly noteTakenOver = (): void => {
    const { people } = this.session;
    for (const objectId of this.holding.ids) {
      const holder = holderOf(people.get(), objectId);
      if (!holder) continue;
      this.holding.drop(objectId);
      const said = { person: holder.name, name: this.nameOf(objectId) };
      notify({ tone: 'info', text: t('{person} took over {name}.', said) }, 9);
    }
  };

  private nameOf(objectId: number): string {
    return this.session.store.get().objects.get(objectId)?.name ?? '';
  }

  private readonly onVisibility = (): void => {
    clearTimeout(this.hiddenTimer);
    if (document.visibilityState === 'hidden') {
      this.point(null);
      this.hiddenTimer = setTimeout(() => this.go(), HIDDEN_S * 1000);
    } else {
      this.beats.start();
    }
  };

  private readonly onPageHide = (): void => this.go();

  private readonly onPageShow = (): void => this.beats.start();
}
