import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import type { Overlay } from '../stage/painter';
import { clampInto, toStage, toVideo, type View } from '../stage/view';
import { pinnedOn, type Thread, threadsOf } from './comments';
import { nameOf } from './names';
import styles from './pins.module.css';
import { goToThread } from './places';

const NOTHING: ReadonlySet<number> = new Set();

/** Pins of comments on the picture: buttons that keep their place as the view moves. */
export class Pins implements Overlay {
  readonly hides = NOTHING;
  private readonly layer = document.createElement('div');
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly draft = document.createElement('span');
  private readonly leave: (() => void)[];
  private view: View = { scale: 1, offsetX: 0, offsetY: 0 };

  constructor(
    private readonly root: HTMLElement,
    private readonly workspace: Workspace,
    invalidate: () => void,
  ) {
    this.layer.className = styles.layer ?? '';
    this.layer.dataset.testid = 'pins';
    this.draft.className = styles.draft ?? '';
    this.layer.append(this.draft);
    root.append(this.layer);
    this.layer.addEventListener('pointerdown', this.onDown);
    this.leave = [
      workspace.session.comments.subscribe(invalidate),
      workspace.discussion.subscribe(invalidate),
    ];
  }

  close(): void {
    for (const leave of this.leave) leave();
    this.layer.remove();
  }

  draw(_context: CanvasRenderingContext2D, view: View): void {
    this.view = view;
    const { session, discussion, player } = this.workspace;
    const { threadId, draft } = discussion.get();
    const shown = pinnedOn(threadsOf(session.comments.get()), player.shown, threadId);
    for (const [id, button] of this.buttons) {
      if (shown.some((thread) => thread.id === id)) continue;
      button.remove();
      this.buttons.delete(id);
    }
    for (const thread of shown) this.place(thread, thread.id === threadId);
    this.layer.dataset.placing = String(draft?.isPlacing ?? false);
    const spot = draft?.frameIdx === player.shown ? draft.spot : null;
    this.draft.hidden = !spot;
    if (spot) this.draft.style.transform = moved(view, spot);
  }

  private place(thread: Thread, isOpen: boolean): void {
    const button = this.buttons.get(thread.id) ?? this.addButton(thread.id);
    const { first, replies } = thread;
    button.style.transform = moved(this.view, { x: first.x ?? 0, y: first.y ?? 0 });
    button.style.setProperty('--author', first.author.colour);
    const count = 1 + replies.length;
    button.textContent = String(count);
    button.dataset.open = String(isOpen);
    button.dataset.resolved = String(thread.isResolved);
    button.title = t('{name}: {text}', { name: nameOf(first.author), text: first.text });
    button.setAttribute(
      'aria-label',
      t('{n} in the thread of {said}', { n: count, said: button.title }),
    );
  }

  private addButton(threadId: string): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = styles.pin ?? '';
    button.dataset.testid = 'pin';
    button.dataset.comment = threadId;
    button.addEventListener('pointerdown', (event) => event.stopPropagation());
    button.addEventListener('click', () => {
      const threads = threadsOf(this.workspace.session.comments.get());
      const thread = threads.find((one) => one.id === threadId);
      if (thread) goToThread(this.workspace, thread);
    });
    this.buttons.set(threadId, button);
    this.layer.append(button);
    return button;
  }

  /** While a comment is being placed the layer takes the press, and no prompt is made of it. */
  private readonly onDown = (event: PointerEvent): void => {
    event.stopPropagation();
    if (event.button !== 0) return;
    const { left, top } = this.root.getBoundingClientRect();
    const at = { x: event.clientX - left, y: event.clientY - top };
    const { x, y } = clampInto(this.workspace.session.info.video, toVideo(this.view, at));
    const spot = { x: Math.round(100 * x) / 100, y: Math.round(100 * y) / 100 };
    this.workspace.discussion.dispatch({ type: 'place', spot });
  };
}

function moved(view: View, spot: { x: number; y: number }): string {
  const { x, y } = toStage(view, spot);
  return `translate(${x}px, ${y}px)`;
}
