import type { Workspace } from '../app/workspace';
import { heldKeys } from '../keys/held';
import { type Box, withBox, withMovedPoint, withoutPoint, withPoint } from '../session/prompts';
import { promptsOn } from '../session/state';
import { includes } from '../tools/buttons';
import { IDLE, type Intent, step, type ToolEvent, type ToolState } from '../tools/pointerTool';
import type { StageTools } from '../tools/stageTools';
import { type PromptPart, promptPartAt } from './drawPrompts';
import { type Painter, POINTER_AWAY } from './painter';
import { Touches } from './touches';
import { clampInto, isInside, type Spot, toStage, toVideo } from './view';

const WHEEL_ZOOM = 0.0016; // per pixel that the wheel reports

/** Turns pointer events on the stage into prompts, zoom and pan. */
export class StagePointer {
  private tool: ToolState = IDLE;
  private panning: Spot | null = null;
  private pressed: { objectId: number | null; frameIdx: number } | null = null; // what the press is about
  private readonly touches = new Touches();
  private fromSource = false; // the pointer is over the plain source, or was when it was pressed

  constructor(
    private readonly root: HTMLElement,
    private readonly painter: Painter,
    private readonly workspace: Workspace,
    private readonly tools: StageTools,
  ) {
    root.addEventListener('dblclick', this.onDouble);
    root.addEventListener('pointerdown', this.onDown);
    root.addEventListener('pointermove', this.onMove);
    root.addEventListener('pointerup', this.onUp);
    root.addEventListener('pointercancel', this.onCancel);
    root.addEventListener('pointerleave', this.onLeave);
    root.addEventListener('contextmenu', this.onContextMenu);
    root.addEventListener('wheel', this.onWheel, { passive: false });
  }

  close(): void {
    this.root.removeEventListener('dblclick', this.onDouble);
    this.root.removeEventListener('pointerdown', this.onDown);
    this.root.removeEventListener('pointermove', this.onMove);
    this.root.removeEventListener('pointerup', this.onUp);
    this.root.removeEventListener('pointercancel', this.onCancel);
    this.root.removeEventListener('pointerleave', this.onLeave);
    this.root.removeEventListener('contextmenu', this.onContextMenu);
    this.root.removeEventListener('wheel', this.onWheel);
  }

  /** Ends a drag; says whether there was one. */
  cancelDrag(): boolean {
    if (this.tool.kind === 'idle') return false;
    this.advance({ kind: 'cancel' });
    return true;
  }

  /** A click without a pointer, on a spot of the video. */
  clickOn(spot: Spot, include: boolean): void {
    if (!this.mayEdit) {
      this.choose(spot);
      return;
    }
    this.workspace.player.pause();
    if (this.tools.down(spot, include)) this.tools.up();
    else this.click(toStage(this.painter.view, spot), include);
  }

  /** A box without a pointer, between two spots of the video. */
  boxBetween(from: Spot, to: Spot): void {
    if (!this.mayEdit) return;
    this.workspace.player.pause();
    this.addBox(toStage(this.painter.view, from), toStage(this.painter.view, to));
  }

  private readonly onDown = (event: PointerEvent): void => {
    const at = this.spotOf(event);
    this.root.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') {
      this.touches.down(event.pointerId, at);
      if (this.touches.count > 1) {
        this.cancelPress(); // the first finger was no click
        return;
      }
    }
    if (event.button === 1 || heldKeys.use('playPause')) {
      this.panning = at;
      event.preventDefault();
      return;
    }
    if (event.button !== 0 && event.button !== 2) return;
    if (!this.mayEdit) {
      if (event.button === 0) this.choose(toVideo(this.painter.view, at));
      this.panning = at;
      return;
    }
    this.workspace.player.pause(); // prompts belong to the frame that is on the screen
    const include = includes(event, this.workspace.clickIncludes.get());
    if (this.tools.down(toVideo(this.painter.view, at), include)) return;
    const part = this.partAt(at);
    const point = part?.kind === 'point' ? part.index : null;
    this.pressed = this.subject;
    this.advance({ kind: 'down', at, include, point });
  };

  private readonly onMove = (event: PointerEvent): void => {
    const at = this.spotOf(event);
    if (this.panning) {
      this.painter.panBy(at.x - this.panning.x, at.y - this.panning.y);
      this.panning = at;
      return;
    }
    const pinch = this.touches.move(event.pointerId, at);
    if (pinch) {
      this.painter.zoomAt(pinch.at, pinch.factor);
      this.painter.panBy(pinch.dx, pinch.dy);
      return;
    }
    const spot = toVideo(this.painter.view, at);
    if (this.tools.move(spot)) {
      this.root.style.cursor = 'crosshair';
      return;
    }
    this.advance({ kind: 'move', at });
    if (this.tool.kind === 'idle') this.hover(at);
    const looks = this.mayEdit && event.shiftKey && event.buttons === 0 && !this.partAt(at);
    const include = includes({ ...pressOf(event), button: 0 }, this.workspace.clickIncludes.get());
    if (looks) this.tools.lookAhead(spot, include);
    else this.tools.stopLookingAhead();
  };

  private readonly onUp = (event: PointerEvent): void => {
    this.panning = null;
    this.touches.up(event.pointerId);
    if (this.tools.up()) return;
    const at = this.spotOf(event);
    const isDrag = this.tool.kind === 'moving' || this.tool.kind === 'dragging';
    this.advance(isDrag && !this.isAsPressed ? { kind: 'cancel' } : { kind: 'up', at });
    this.hover(this.spotOf(event));
  };

  private readonly onCancel = (event: PointerEvent): void => {
    this.touches.up(event.pointerId);
    this.cancelPress();
  };

  private readonly onDouble = (): void => this.tools.closePolygon();

  private readonly onLeave = (): void => {
    this.tools.leave();
    if (this.tool.kind !== 'idle') return;
    this.painter.pointer = POINTER_AWAY;
    this.painter.invalidate();
  };

  private readonly onContextMenu = (event: Event): void => event.preventDefault();

  private readonly onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const factor = Math.exp(-event.deltaY * lines * WHEEL_ZOOM * (event.ctrlKey ? 6 : 1));
    this.painter.zoomAt(this.spotOf(event), factor);
  };

  private cancelPress(): void {
    this.panning = null;
    this.tools.cancelPress();
    this.advance({ kind: 'cancel' });
  }

  private advance(event: ToolEvent): void {
    const { state, intent } = step(this.tool, event);
    if (intent) this.act(intent);
    if (state === this.tool) return;
    this.tool = state;
    this.painter.pointer = { ...this.painter.pointer, tool: state };
    this.painter.invalidate();
  }

  private act(intent: Intent): void {
    if (intent.kind === 'box') this.addBox(intent.from, intent.to);
    else if (intent.kind === 'movePoint') this.movePoint(intent.point, intent.to);
    else this.click(intent.at, intent.include);
  }

  private click(at: Spot, include: boolean): void {
    const { commands, player } = this.workspace;
    const part = this.partAt(at);
    if (part) {
      commands.editPrompts(player.shown, (set) =>
        part.kind === 'box' ? withBox(set, null) : withoutPoint(set, part.index),
      );
      return;
    }
    const spot = toVideo(this.painter.view, at);
    if (!isInside(this.painter.video, spot)) return;
    const point = { x: tidy(spot.x), y: tidy(spot.y), include };
    commands.editPrompts(player.shown, (set) => withPoint(set, point));
  }

  private movePoint(index: number, to: Spot): void {
    const { view, video } = this.painter;
    const { x, y } = clampInto(video, toVideo(view, to));
    this.workspace.commands.editPrompts(this.workspace.player.shown, (set) =>
      withMovedPoint(set, index, { x: tidy(x), y: tidy(y) }),
    );
  }

  private addBox(from: Spot, to: Spot): void {
    const { view, video } = this.painter;
    const a = clampInto(video, toVideo(view, from));
    const b = clampInto(video, toVideo(view, to));
    const box: Box = {
      x0: tidy(Math.min(a.x, b.x)),
      y0: tidy(Math.min(a.y, b.y)),
      x1: tidy(Math.max(a.x, b.x)),
      y1: tidy(Math.max(a.y, b.y)),
    };
    if (box.x1 - box.x0 < 1 || box.y1 - box.y0 < 1) return;
    this.workspace.commands.editPrompts(this.workspace.player.shown, (set) => withBox(set, box));
  }

  /** A key may go on to another frame or object in the middle of a drag, which then means nothing. */
  private get isAsPressed(): boolean {
    const { pressed, subject } = this;
    if (pressed?.frameIdx !== subject.frameIdx) return false;
    const { objectId } = pressed; // one that was a draft has got its id by now
    return objectId === null || objectId < 0 || objectId === subject.objectId;
  }

  private get subject() {
    const { session, player } = this.workspace;
    return { objectId: session.store.get().selectedId, frameIdx: player.shown };
  }

  private get mayEdit(): boolean {
    return this.workspace.may.get().has('EDIT');
  }

  /** For somebody who may only look: a click chooses what is under it. */
  private choose(spot: Spot): void {
    const objectId = this.painter.hitObject(spot.x, spot.y);
    if (objectId !== null) this.workspace.commands.select(objectId);
  }

  private hover(at: Spot): void {
    const part = this.mayEdit ? this.partAt(at) : null;
    const spot = toVideo(this.painter.view, at);
    const inside = isInside(this.painter.video, spot);
    const objectId = inside && !part ? this.painter.hitObject(spot.x, spot.y) : null;
    const inVideo = this.mayEdit ? 'crosshair' : 'grab';
    this.root.style.cursor = part ? 'pointer' : inside ? inVideo : 'default';
    const before = this.painter.pointer;
    if (before.objectId === objectId && isSamePart(before.part, part)) return;
    this.painter.pointer = { tool: this.tool, part, objectId };
    this.painter.invalidate();
  }

  private partAt(at: Spot): PromptPart | null {
    const state = this.workspace.session.store.get();
    if (state.selectedId === null) return null;
    const set = promptsOn(state, state.selectedId, this.workspace.player.shown);
    return promptPartAt(this.painter.view, set, at);
  }

  /** On the stage. The plain source beside the masks shows the same places: there, the pointer counts as over them. */
  private spotOf(event: MouseEvent): Spot {
    const { left, top } = this.root.getBoundingClientRect();
    const x = event.clientX - left;
    const isDrag = event.buttons !== 0 && event.type !== 'pointerdown';
    // A drag stays where it began.
    if (!isDrag && event.type !== 'pointerup') this.fromSource = x < this.painter.area.left;
    return { x: this.fromSource ? x + this.painter.area.left : x, y: event.clientY - top };
  }
}

function pressOf({ altKey, ctrlKey, metaKey }: PointerEvent) {
  return { altKey, ctrlKey, metaKey };
}

function isSamePart(a: PromptPart | null, b: PromptPart | null): boolean {
  if (a?.kind === 'point' && b?.kind === 'point') return a.index === b.index;
  return a?.kind === b?.kind;
}

/** Hundredths of a pixel are enough, and kinder to read in an export. */
function tidy(value: number): number {
  return Math.round(100 * value) / 100;
}
