import type { Workspace } from '../app/workspace';
import { type DrawnOutline, Outlines } from '../masks/outlines';
import { colourOf, visibleObjects } from '../session/state';
import { shownOf } from '../stage/look';
import type { View } from '../stage/view';

/** Which masks of a range that was tracked anew are on the screen: the kept ones, the new ones, or what differs. */
export type CompareMode = 'before' | 'after' | 'difference';

const ADDED = '#58c08a';
const LOST = '#f0686c';

interface Pair {
  readonly objectId: number;
  readonly before: DrawnOutline | null;
  readonly after: DrawnOutline | null;
}

/** Draws the new masks of a tracked range over the kept ones, until somebody decides. */
export class Comparison {
  private readonly before: Outlines;
  private readonly after: Outlines;
  private readonly leave: (() => void)[];
  private scratch: OffscreenCanvas | null = null;

  constructor(
    private readonly workspace: Workspace,
    invalidate: () => void,
  ) {
    const { masks, candidates, info } = workspace.session;
    this.before = new Outlines(masks, info.video.height, invalidate);
    this.after = new Outlines(candidates, info.video.height, invalidate);
    this.leave = [candidates.subscribe(invalidate), workspace.compare.subscribe(invalidate)];
  }

  close(): void {
    for (const leave of this.leave) leave();
    this.before.close();
    this.after.close();
  }

  /** The kept masks, but where they are what is asked for. */
  get hides(): ReadonlySet<number> {
    const isShown = this.workspace.compare.get() !== 'before' && this.isOpen();
    return new Set(isShown ? this.objectIds() : []);
  }

  draw(context: CanvasRenderingContext2D, view: View): void {
    const mode = this.workspace.compare.get();
    if (mode === 'before' || !this.isOpen()) return;
    for (const pair of this.pairs()) {
      if (mode === 'difference') this.drawDifference(context, view, pair);
      else this.drawNew(context, view, pair);
    }
  }

  /** The new mask in white dashes, so that it is not taken for a kept one. */
  private drawNew(context: CanvasRenderingContext2D, view: View, { objectId, after }: Pair): void {
    if (!after) return;
    context.save();
    inVideo(context, view);
    context.globalAlpha = 0.5;
    context.fillStyle = colourOf(this.workspace.session.store.get(), objectId);
    context.fill(after.path, 'evenodd');
    context.globalAlpha = 1;
    context.strokeStyle = '#fff';
    context.lineWidth = 1.75 / view.scale;
    context.setLineDash([7 / view.scale, 4 / view.scale]);
    context.stroke(after.path);
    context.restore();
  }

  private drawDifference(context: CanvasRenderingContext2D, view: View, pair: Pair): void {
    const { before, after } = pair;
    if (after) this.drawWithout(context, view, after, before, ADDED);
    if (before) this.drawWithout(context, view, before, after, LOST);
  }

  /** What is in one mask and not in the other. */
  private drawWithout(
    context: CanvasRenderingContext2D,
    view: View,
    one: DrawnOutline,
    other: DrawnOutline | null,
    colour: string,
  ): void {
    const { width, height } = context.canvas;
    if (this.scratch?.width !== width || this.scratch.height !== height) {
      this.scratch = new OffscreenCanvas(width, height);
    }
    const sheet = this.scratch.getContext('2d');
    if (!sheet) return;
    sheet.setTransform(1, 0, 0, 1, 0, 0);
    sheet.clearRect(0, 0, width, height);
    sheet.setTransform(context.getTransform());
    inVideo(sheet, view);
    sheet.globalCompositeOperation = 'source-over';
    sheet.fillStyle = colour;
    sheet.fill(one.path, 'evenodd');
    sheet.globalCompositeOperation = 'destination-out';
    if (other) sheet.fill(other.path, 'evenodd');
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 0.8;
    context.drawImage(this.scratch, 0, 0);
    context.restore();
  }

  private isOpen(): boolean {
    return this.workspace.session.store.get().propagation?.verdict === 'OPEN';
  }

  /** Of the objects that are shown, those with a new mask on this frame, or newly without one. */
  private objectIds(): number[] {
    const { session, player, visibility } = this.workspace;
    const all = visibleObjects(session.store.get()).map((object) => object.objectId);
    return shownOf(visibility.get(), all).filter(
      (id) => (session.candidates.coverage(id)?.at(player.shown) ?? 0) !== 0,
    );
  }

  private pairs(): Pair[] {
    const frameIdx = this.workspace.player.shown;
    const ids = this.objectIds();
    this.before.want([frameIdx], ids);
    this.after.want([frameIdx], ids);
    return ids.map((objectId) => ({
      objectId,
      before: this.before.get(objectId, frameIdx) ?? null,
      after: this.after.get(objectId, frameIdx) ?? null,
    }));
  }
}

function inVideo(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  view: View,
): void {
  context.translate(view.offsetX, view.offsetY);
  context.scale(view.scale, view.scale);
}
