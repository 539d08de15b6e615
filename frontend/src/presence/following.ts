import { notify } from '../app/notices';
import { t } from '../i18n/t';
import type { Player } from '../playback/player';
import type { LiveSession } from '../session/liveSession';

const OWN_ACTIONS = ['pointerdown', 'wheel', 'keydown'] as const;
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'Meta']);

/** Goes along to the frame of somebody else, until this page's person does something; the stage sees to the view. */
export class Following {
  private readonly leave: () => void;

  constructor(
    private readonly session: LiveSession,
    private readonly player: Player,
  ) {
    this.leave = session.people.subscribe(this.goAlong);
  }

  close(): void {
    this.leave();
    this.stop();
  }

  start(id: string): void {
    const { people } = this.session;
    if (!people.get().all.has(id)) return;
    this.player.pause();
    for (const kind of OWN_ACTIONS) document.addEventListener(kind, this.onOwnAction, true);
    people.dispatch({ type: 'follow', id });
  }

  stop(): void {
    for (const kind of OWN_ACTIONS) document.removeEventListener(kind, this.onOwnAction, true);
    this.session.people.dispatch({ type: 'follow', id: null });
  }

  private readonly goAlong = (): void => {
    const { following, all } = this.session.people.get();
    if (following === null) return;
    const person = all.get(following);
    if (!person) {
      this.stop();
      notify({ tone: 'info', text: t('The person you followed has gone.') });
    } else if (person.frameIdx !== this.player.target) {
      this.player.seek(person.frameIdx);
    }
  };

  /** What lies outside of the buttons for following. */
  private readonly onOwnAction = (event: Event): void => {
    const isOfFollowing =
      event.target instanceof Element && event.target.closest('[data-keeps-following]');
    if (isOfFollowing || (event instanceof KeyboardEvent && MODIFIERS.has(event.key))) return;
    this.stop();
  };
}
