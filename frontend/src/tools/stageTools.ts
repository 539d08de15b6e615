import { notify } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { withMask, withPoint } from '../session/prompts';
import { colourOf, isPending, promptsOn } from '../session/state';
import { clampInto, isInside, type Size, type Spot, type View } from '../stage/view';
import { BRUSH_IDLE, type BrushEvent, type BrushState, stepBrush } from './brushTool';
import { drawAhead, drawBrushRing, drawPolygon } from './drawTool';
import { LookAhead } from './lookAhead';
import { NO_POLYGON, type PolygonEvent, type PolygonState, stepPolygon } from './polygonTool';
import { MaskSheet } from './sheet';

const NONE: ReadonlySet<number> = new Set();
const NEW_OBJECT = 2 ** 31 - 1; // an id that no session has: what a first click would give
const CLOSE_REACH_PX = 10;
const SHEET_OPACITY = 0.5;
const TRACED_MS = 150; // until the outline of the mask that arrived is on the screen

/** What the tools ask of the stage. */
export interface ToolStage {
  readonly view: View;
  readonly video: Size;
  readonly stage: Size;
  readonly root: HTMLElement;
  invalidate(): void;
}

/**
 * Brush, eraser and polygon on the mask of the selected object, and the look ahead. Strokes show at once on a sheet
 * over the video; when the pen is lifted the sheet becomes a mask prompt.
 */
export class StageTools {
  private brush: BrushState = BRUSH_IDLE;
  private polygon: PolygonState = NO_POLYGON;
  private polygonBefore: PolygonState | null = null; // until the press that is down proves to be one
  private sheet: MaskSheet | null = null;
  private sheetFor: { objectId: number | null; frameIdx: number } | null = null;
  private cursor: Spot | null = null; // in video pixels
  private readonly ahead: LookAhead;

  constructor(
    private readonly workspace: Workspace,
    private readonly on: ToolStage,
  ) {
    const { info } = workspace.session;
    this.ahead = new LookAhead(info.id, info.video.height, () => on.invalidate());
  }

  /** The object whose mask the sheet stands for. */
  get hides(): ReadonlySet<number> {
    const { selectedId } = this.workspace.session.store.get();
    const isOver = this.sheet !== null && this.isCurrent() && selectedId !== null;
    return isOver ? new Set([selectedId]) : NONE;
  }

  /** Says whether a tool takes the press. */
  down(at: Spot, adds: boolean): boolean {
    const { kind } = this.workspace.tool.get();
    this.ahead.clear();
    if (kind === 'point') return false;
    if (!this.mayDraw()) return true;
    if (kind === 'polygon') {
      if (this.isFar(at)) return true;
      this.polygonBefore = this.polygon;
      this.advancePolygon({ kind: 'press', at: clampInto(this.on.video, at), adds });
    } else {
      this.advanceBrush({ kind: 'down', at, adds: adds === (kind === 'brush') });
    }
    return true;
  }

  move(at: Spot): boolean {
    const { kind } = this.workspace.tool.get();
    this.cursor = at;
    if (kind === 'point') return false;
    if (kind === 'polygon') {
      this.advancePolygon({ kind: 'move', at: clampInto(this.on.video, at) });
    } else {
      this.advanceBrush({ kind: 'move', at });
    }
    this.on.invalidate();
    return true;
  }

  up(): boolean {
    if (this.workspace.tool.get().kind === 'point') return false;
    this.polygonBefore = null;
    this.advanceBrush({ kind: 'up' });
    return true;
  }

  /** The press was none: a second finger came, or the system took the pointer away. */
  cancelPress(): void {
    this.advanceBrush({ kind: 'cancel' });
    if (this.polygonBefore) this.polygon = this.polygonBefore;
    this.polygonBefore = null;
    this.cursor = null;
    this.on.invalidate();
  }

  leave(): void {
    this.cursor = null;
    this.ahead.clear();
    this.on.invalidate();
  }

  /** A key that means something to a drawing that is begun; false: it means what it always does. */
  key(key: 'enter' | 'backspace' | 'escape'): boolean {
    if (this.brush.kind === 'painting') {
      if (key === 'escape') this.advanceBrush({ kind: 'cancel' });
      return key === 'escape';
    }
    if (this.polygon.vertices.length > 0) {
      const kinds = { enter: 'close', backspace: 'back', escape: 'cancel' } as const;
      this.advancePolygon({ kind: kinds[key] });
      return true;
    }
    if (key === 'escape' && this.workspace.tool.get().kind !== 'point') {
      this.workspace.tool.dispatch({ type: 'choose', kind: 'point' });
      return true;
    }
    return false;
  }

  closePolygon(): void {
    this.advancePolygon({ kind: 'close' });
  }

  /** Show the mask that a click here would give. */
  lookAhead(at: Spot, include: boolean): void {
    const { session, player } = this.workspace;
    if (player.playing || !isInside(this.on.video, at)) {
      this.ahead.clear();
      return;
    }
    const state = session.store.get();
    const { selectedId } = state;
    const frameIdx = player.shown;
    const known = selectedId !== null && selectedId > 0;
    const set = promptsOn(state, selectedId ?? 0, frameIdx);
    if (known && state.objects.get(selectedId)?.locked) return;
    this.ahead.want({
      objectId: known ? selectedId : NEW_OBJECT,
      frameIdx,
      set: withPoint(set, { x: at.x, y: at.y, include }),
    });
  }

  stopLookingAhead(): void {
    this.ahead.clear();
  }

  draw(context: CanvasRenderingContext2D): void {
    const { view } = this.on;
    const colour = this.colour();
    this.on.root.dataset.ahead = String(this.ahead.path !== null);
    const { kind, brushPx } = this.workspace.tool.get();
    if (this.sheet && this.isCurrent()) this.sheet.draw(context, view, SHEET_OPACITY);
    if (this.ahead.path) drawAhead(context, view, this.ahead.path, colour, this.on.stage);
    drawPolygon(context, view, this.polygon, colour);
    if (this.cursor && (kind === 'brush' || kind === 'eraser')) {
      drawBrushRing(context, view, this.cursor, brushPx);
    }
  }

  close(): void {
    this.ahead.clear();
  }

  private advanceBrush(event: BrushEvent): void {
    const { state, intent } = stepBrush(this.brush, event);
    this.brush = state;
    const { brushPx } = this.workspace.tool.get();
    switch (intent?.kind) {
      case 'begin':
        this.begin().stroke(intent.at, intent.at, brushPx, intent.adds);
        break;
      case 'stroke':
        this.sheet?.stroke(intent.from, intent.to, brushPx, intent.adds);
        break;
      case 'commit':
        void this.commit();
        break;
      case 'discard':
        this.sheet = null;
        break;
      default:
        return;
    }
    this.on.invalidate();
  }

  private advancePolygon(event: PolygonEvent): void {
    const reach = CLOSE_REACH_PX / this.on.view.scale;
    const { state, closed } = stepPolygon(this.polygon, event, reach);
    this.polygon = state;
    if (closed) {
      this.polygonBefore = null;
      this.begin().fill(closed.vertices, closed.adds);
      void this.commit();
    }
    this.on.invalidate();
  }

  /** A sheet with the mask that is there. A stroke right after another goes on with the same sheet. */
  private begin(): MaskSheet {
    if (this.sheet && this.isCurrent()) return this.sheet;
    const { session, player } = this.workspace;
    const { selectedId } = session.store.get();
    const frameIdx = player.shown;
    this.sheet = new MaskSheet(this.on.video, this.colour());
    this.sheetFor = { objectId: selectedId, frameIdx };
    const prompted =
      selectedId === null ? null : promptsOn(session.store.get(), selectedId, frameIdx);
    const counts =
      prompted?.mask?.counts ??
      (selectedId === null ? undefined : session.masks.rle(selectedId, frameIdx));
    if (counts) this.sheet.load(counts);
    return this.sheet;
  }

  private async commit(): Promise<void> {
    const { sheet, sheetFor } = this;
    if (!sheet || !sheetFor) return;
    const { commands, encoder } = this.workspace;
    const { width, height } = this.on.video;
    const { counts, area } = await encoder.encode(sheet.pixels(), 'alpha');
    if (this.sheet !== sheet) return; // another frame's sheet by now
    if (area === 0) {
      this.sheet = null;
      notify({
        tone: 'info',
        text: t('Nothing is left of the mask; mark the object as absent instead.'),
      });
      this.on.invalidate();
      return;
    }
    commands.editPrompts(sheetFor.frameIdx, () => withMask({ width, height, counts }));
    if (this.brush.kind === 'idle') this.settle(sheet, sheetFor.frameIdx);
  }

  /** The sheet goes when the mask that it became is there. */
  private settle(sheet: MaskSheet, frameIdx: number): void {
    const { store } = this.workspace.session;
    const leave = store.subscribe(() => {
      const state = store.get();
      if (state.selectedId !== null && isPending(state, state.selectedId, frameIdx)) return;
      leave();
      setTimeout(() => {
        if (this.sheet !== sheet || this.brush.kind !== 'idle') return;
        this.sheet = null;
        this.on.invalidate();
      }, TRACED_MS);
    });
  }

  private isCurrent(): boolean {
    const { session, player } = this.workspace;
    const of = this.sheetFor;
    if (of?.frameIdx !== player.shown) return false;
    const { selectedId } = session.store.get();
    return of.objectId === selectedId || of.objectId === null || of.objectId < 0;
  }

  private mayDraw(): boolean {
    const { session, commands, player } = this.workspace;
    const state = session.store.get();
    const { selectedId } = state;
    if (selectedId === null) return true;
    if (!commands.objects.mayChange(selectedId)) return false;
    const isPrompted = promptsOn(state, selectedId, player.shown).mask !== null;
    if (isPrompted || !session.masks.isMissing(selectedId, player.shown)) return true;
    // Painted on an empty sheet, it would take the place of the mask that is not here yet.
    notify({ tone: 'info', text: t('The mask of this frame is still on its way; a moment.') });
    return false;
  }

  private isFar(at: Spot): boolean {
    const { width, height } = this.on.video;
    const margin = 40 / this.on.view.scale;
    return at.x < -margin || at.y < -margin || at.x > width + margin || at.y > height + margin;
  }

  private colour(): string {
    const state = this.workspace.session.store.get();
    return state.selectedId === null ? '#e8ecf1' : colourOf(state, state.selectedId);
  }
}
