import type { PresenceFields } from '../api/generated';
import type { Workspace } from '../app/workspace';
import type { Overlay, Painter } from '../stage/painter';
import { isInside, toStage, toVideo, type View } from '../stage/view';
import { others } from './people';
import styles from './presence.module.css';

const ARROW = 'M1 1 L1 15 L5 11.4 L7.7 17.6 L10.3 16.4 L7.6 10.4 L13 10 Z';

/**
 * The others on the stage: their cursors where they look at the same frame, and the view of whoever is followed. The
 * cursors are elements over the canvases, so that moving one draws no mask again.
 */
export class StagePeople implements Overlay {
  readonly hides: ReadonlySet<number> = new Set();
  private readonly layer = document.createElement('div');
  private readonly cursors = new Map<string, HTMLElement>();
  private drawn: { readonly view: View; readonly frameIdx: number } | null = null;
  private readonly leave: () => void;

  constructor(
    private readonly workspace: Workspace,
    private readonly painter: Painter,
  ) {
    this.layer.className = styles.cursors ?? '';
    this.layer.ariaHidden = 'true'; // the list in the top bar says who is where
    painter.root.append(this.layer);
    painter.root.addEventListener('pointermove', this.onMove);
    painter.root.addEventListener('pointerleave', this.onLeave);
    painter.root.addEventListener('pointerdown', this.onDown);
    this.leave = workspace.session.people.subscribe(this.onPeople);
  }

  close(): void {
    this.leave();
    this.layer.remove();
    this.painter.root.removeEventListener('pointermove', this.onMove);
    this.painter.root.removeEventListener('pointerleave', this.onLeave);
    this.painter.root.removeEventListener('pointerdown', this.onDown);
  }

  /** Only where the view or the frame is another one: the canvas itself has nothing of ours. */
  draw(_: CanvasRenderingContext2D, view: View): void {
    const frameIdx = this.workspace.player.shown;
    if (this.drawn?.view === view && this.drawn.frameIdx === frameIdx) return;
    if (this.drawn?.view !== view) this.tellView(view);
    this.drawn = { view, frameIdx };
    this.place(true);
  }

  private readonly onPeople = (): void => {
    this.place(false);
    this.goAlong();
  };

  private place(jumps: boolean): void {
    const shown = others(this.workspace.session.people.get()).filter(
      (one) => one.cursor && one.frameIdx === this.workspace.player.shown,
    );
    for (const [id, element] of this.cursors) {
      if (shown.some((one) => one.id === id)) continue;
      element.remove();
      this.cursors.delete(id);
    }
    for (const one of shown) this.placeOne(one, jumps);
  }

  private placeOne(one: PresenceFields, jumps: boolean): void {
    if (!one.cursor) return;
    const isNew = !this.cursors.has(one.id);
    const element = this.cursors.get(one.id) ?? cursorElement(one.id);
    if (isNew) {
      this.cursors.set(one.id, element);
      this.layer.append(element);
    }
    const { x, y } = toStage(this.painter.view, one.cursor);
    element.toggleAttribute('data-jumps', jumps || isNew);
    element.style.setProperty('--person', one.colour);
    element.style.transform = `translate(${x}px, ${y}px)`;
    element.dataset.place = `${one.cursor.x} ${one.cursor.y}`;
    const label = element.lastElementChild;
    if (label && label.textContent !== one.name) label.textContent = one.name;
  }

  private goAlong(): void {
    const { following, all } = this.workspace.session.people.get();
    const seen = following === null ? null : all.get(following)?.view;
    if (!seen) return;
    const { whole, middle, view } = this.painter;
    if (seen.zoom <= 1.001) {
      if (view.scale !== whole.scale) this.painter.setView(whole);
      return;
    }
    const scale = whole.scale * seen.zoom;
    const wanted = {
      scale,
      offsetX: middle.x - scale * seen.x,
      offsetY: middle.y - scale * seen.y,
    };
    const isThere =
      Math.abs(wanted.offsetX - view.offsetX) < 0.5 &&
      Math.abs(wanted.offsetY - view.offsetY) < 0.5 &&
      Math.abs(wanted.scale - view.scale) < 0.001;
    if (!isThere) this.painter.setView(wanted);
  }

  private tellView(view: View): void {
    const { x, y } = toVideo(view, this.painter.middle);
    this.workspace.presence.look({ x, y, zoom: view.scale / this.painter.whole.scale });
  }

  private readonly onMove = (event: PointerEvent): void => {
    const { left, top } = this.painter.root.getBoundingClientRect();
    const at = { x: event.clientX - left, y: event.clientY - top };
    const spot = toVideo(this.painter.view, at);
    this.workspace.presence.point(isInside(this.painter.video, spot) ? spot : null);
  };

  private readonly onLeave = (): void => this.workspace.presence.point(null);

  /** What is drawn by hand is sent when it is done; points and boxes are sent at once, and hold by themselves. */
  private readonly onDown = (): void => {
    const { selectedId } = this.workspace.session.store.get();
    if (this.workspace.tool.get().kind === 'point' || selectedId === null || selectedId < 0) return;
    void this.workspace.presence.begins(selectedId);
  };
}

function cursorElement(id: string): HTMLElement {
  const element = document.createElement('div');
  element.className = styles.cursor ?? '';
  element.dataset.testid = 'cursor';
  element.dataset.person = id;
  const arrow = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  arrow.setAttribute('viewBox', '0 0 14 19');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ARROW);
  arrow.append(path);
  element.append(arrow, document.createElement('span'));
  return element;
}
