import { keysAreTaken } from '../keys/useKeys';
import { includes } from '../tools/buttons';
import type { Overlay, Painter } from './painter';
import { clampInto, type Spot, toStage, type View } from './view';

const STRIDE_PX = 16; // of the stage; with Shift, one pixel of the video
const ARM_PX = 14;
const GAP_PX = 4;
const MOVES: Readonly<Record<string, Spot>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** What is done at the cross. Spots are in video pixels. */
export interface AtCross {
  click(at: Spot, include: boolean): void;
  box(from: Spot, to: Spot): void;
  clickIncludes(): boolean;
}

/**
 * A cross that keys move, for those who have no pointer. While it is there, arrows move it, Enter or Space click (with
 * Alt or Ctrl: the other way round), B marks two corners of a box, and Escape takes it away; all other keys are as ever.
 */
export class KeyPointer implements Overlay {
  readonly hides: ReadonlySet<number> = new Set();
  private at: Spot | null = null;
  private corner: Spot | null = null;

  constructor(
    private readonly painter: Painter,
    private readonly act: AtCross,
    private readonly say: (text: string) => void,
  ) {
    window.addEventListener('keydown', this.onKey, { capture: true });
  }

  close(): void {
    window.removeEventListener('keydown', this.onKey, { capture: true });
  }

  /** Puts the cross into the middle of what is seen, or takes it away. */
  toggle(): void {
    const { view, middle, video } = this.painter;
    const { scale, offsetX, offsetY } = view;
    const there = { x: (middle.x - offsetX) / scale, y: (middle.y - offsetY) / scale };
    this.corner = null;
    this.put(this.at ? null : clampInto(video, there));
  }

  draw(context: CanvasRenderingContext2D, view: View): void {
    if (!this.at) return;
    const { x, y } = toStage(view, this.at);
    context.save();
    if (this.corner) {
      const from = toStage(view, this.corner);
      context.setLineDash([5, 4]);
      context.strokeStyle = '#ffffff';
      context.strokeRect(from.x, from.y, x - from.x, y - from.y);
      context.setLineDash([]);
    }
    for (const [width, colour] of [
      [4, '#000000'],
      [2, '#ffffff'],
    ] as const) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      for (const { x: dx, y: dy } of Object.values(MOVES)) {
        context.moveTo(x + dx * GAP_PX, y + dy * GAP_PX);
        context.lineTo(x + dx * ARM_PX, y + dy * ARM_PX);
      }
      context.stroke();
    }
    context.restore();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.at || keysAreTaken(event)) return;
    if (!this.takes(event, this.at)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  private takes(event: KeyboardEvent, at: Spot): boolean {
    const move = MOVES[event.key];
    if (move && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const stride = event.shiftKey ? 1 : STRIDE_PX / this.painter.view.scale;
      const to = { x: at.x + move.x * stride, y: at.y + move.y * stride };
      this.put(clampInto(this.painter.video, to));
    } else if (event.key === 'Enter' || event.key === ' ') {
      const { altKey, ctrlKey, metaKey } = event;
      const press = { button: 0, altKey, ctrlKey, metaKey };
      if (!event.repeat) this.act.click(at, includes(press, this.act.clickIncludes()));
    } else if (event.key === 'Escape') {
      if (this.corner) this.corner = null;
      else this.put(null);
      this.painter.invalidate();
    } else if (event.key === 'b' && !event.altKey && !event.ctrlKey && !event.metaKey) {
      if (this.corner) this.act.box(this.corner, at);
      this.corner = this.corner ? null : at;
      this.painter.invalidate();
    } else {
      return false;
    }
    return true;
  }

  private put(at: Spot | null): void {
    this.at = at;
    this.painter.root.dataset.cross = at ? `${Math.round(at.x)} ${Math.round(at.y)}` : '';
    if (at) this.say(`${Math.round(at.x)}, ${Math.round(at.y)}`);
    this.painter.invalidate();
  }
}
