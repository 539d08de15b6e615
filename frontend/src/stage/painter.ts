import type { Workspace } from '../app/workspace';
import { EffectsPreview } from '../effects/preview';
import { Outlines } from '../masks/outlines';
import { type PromptSet, withMovedPoint } from '../session/prompts';
import {
  colourOf,
  isPending,
  promptsOn,
  type SessionState,
  visibleObjects,
} from '../session/state';
import type { ToolState } from '../tools/pointerTool';
import { contextOf } from '../ui/contextOf';
import { drawMasks, type MaskLayer, objectAt } from './drawMasks';
import { drawBox, drawPrompts, type PromptPart } from './drawPrompts';
import { shownOf } from './look';
import { maskColour } from './maskColour';
import { drawPixelGrid } from './pixelGrid';
import { type Area, letterbox, pan, type Size, type Spot, toVideo, type View, zoom } from './view';

export interface Canvases {
  readonly picture: HTMLCanvasElement;
  readonly masks: HTMLCanvasElement;
  readonly interaction: HTMLCanvasElement;
}

/** What the pointer adds to the drawing. */
export interface PointerLook {
  readonly tool: ToolState;
  readonly part: PromptPart | null;
  readonly objectId: number | null;
}

export const POINTER_AWAY: PointerLook = { tool: { kind: 'idle' }, part: null, objectId: null };

/** Something over the masks. The context's unit is a CSS pixel. */
export interface Overlay {
  /** Objects whose own masks it stands for. */
  readonly hides: ReadonlySet<number>;
  draw(context: CanvasRenderingContext2D, view: View): void;
}

const MARGIN_PX = 14;
const AHEAD_PLAYING = 10; // frames whose outlines are traced before they are due
const AHEAD_RESTING = 3;

/**
 * Draws the stage: picture and masks together, in the callback that brings a frame, so that they never
 * disagree; everything else once per animation frame. What it shows is in `data-frame` and `data-masks`.
 */
export class Painter {
  view: View = { scale: 1, offsetX: 0, offsetY: 0 };
  stage: Size = { width: 1, height: 1 };
  pointer: PointerLook = POINTER_AWAY;
  /** What the tools and a comparison draw over the masks, or in place of them. */
  overlays: readonly Overlay[] = [];
  private zoomed: View | null = null;
  private layers: readonly MaskLayer[] = [];
  private request = 0;
  private readonly outlines: Outlines;
  private readonly effects: EffectsPreview;
  private readonly contexts: { [Name in keyof Canvases]: CanvasRenderingContext2D };

  constructor(
    private readonly workspace: Workspace,
    readonly root: HTMLElement,
    private readonly canvases: Canvases,
  ) {
    const { masks, info } = workspace.session;
    this.outlines = new Outlines(masks, info.video.height, this.invalidate);
    this.effects = new EffectsPreview(info.video, this.invalidate);
    this.contexts = {
      picture: contextOf(canvases.picture, { alpha: false }),
      masks: contextOf(canvases.masks),
      interaction: contextOf(canvases.interaction),
    };
  }

  get video(): Size {
    return this.workspace.session.info.video;
  }

  /** The view that shows the whole video. */
  get whole(): View {
    const { left, ...room } = this.area;
    const view = letterbox(this.video, room, MARGIN_PX);
    return { ...view, offsetX: view.offsetX + left };
  }

  /** Where masks are drawn: all of the stage, or its right half beside the plain source. */
  get area(): Area {
    const { width, height } = this.stage;
    if (!this.workspace.look.get().isSideBySide) return { left: 0, width, height };
    return { left: width / 2, width: width / 2, height };
  }

  get middle(): Spot {
    const { left, width, height } = this.area;
    return { x: left + width / 2, y: height / 2 };
  }

  zoomAt(at: Spot, factor: number): void {
    this.setView(zoom(this.view, factor, at, this.whole));
  }

  panBy(dx: number, dy: number): void {
    const { left, ...room } = this.area;
    const view = { ...this.view, offsetX: this.view.offsetX - left };
    const moved = pan(view, dx, dy, this.video, room);
    this.setView({ ...moved, offsetX: moved.offsetX + left });
  }

  /** The look changed: the same place of the video, in the area that there is now. */
  refit(): void {
    this.setView(this.zoomed ?? this.whole);
  }

  setView(view: View): void {
    this.zoomed = view.scale === this.whole.scale ? null : view;
    this.view = this.zoomed ?? this.whole;
    const { scale, offsetX, offsetY } = this.view;
    this.root.dataset.view = `${scale} ${offsetX} ${offsetY}`;
    this.invalidate();
  }

  resize(): void {
    const { width, height } = this.root.getBoundingClientRect();
    this.stage = { width: Math.max(1, width), height: Math.max(1, height) };
    const ratio = pixelRatio();
    for (const canvas of Object.values(this.canvases) as HTMLCanvasElement[]) {
      canvas.width = Math.round(this.stage.width * ratio);
      canvas.height = Math.round(this.stage.height * ratio);
    }
    this.setView(this.zoomed ?? this.whole);
    this.paint();
  }

  /** Draw again with the next animation frame. */
  readonly invalidate = (): void => {
    if (this.request) return;
    this.request = requestAnimationFrame(() => {
      this.request = 0;
      this.paint();
    });
  };

  /** Draw everything now. */
  readonly paint = (): void => {
    const state = this.workspace.session.store.get();
    const isHidden = (id: number) => this.overlays.some((overlay) => overlay.hides.has(id));
    this.layers = this.layersOf(state).filter((layer) => !isHidden(layer.objectId));
    const hasEffects = this.paintPicture();
    this.paintMasks(hasEffects ? [] : this.layers);
    this.paintInteraction(state);
  };

  hitObject(x: number, y: number): number | null {
    return objectAt(this.contexts.masks, this.layers, x, y);
  }

  close(): void {
    cancelAnimationFrame(this.request);
    this.effects.close();
    this.outlines.close();
  }

  /** Says whether effects are drawn, which take the place of the plain masks. */
  private paintPicture(): boolean {
    const { player, effects } = this.workspace;
    const { image } = player;
    const choices = effects.get();
    const timeS = player.times.startS(player.shown);
    const adorned = this.effects.draw(image, player.shown, timeS, this.layers, choices);
    this.root.dataset.effects = choices.isOn ? (adorned ? 'on' : 'none') : 'off';
    if (!image) return adorned !== null;
    const context = this.contexts.picture;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#0b0d0f';
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    const { left, width } = this.area;
    if (left > 0) this.drawVideo(image, 0, width, -left);
    this.drawVideo(adorned ?? image, left, width, 0);
    this.root.dataset.frame = String(player.shown);
    return adorned !== null;
  }

  /** The video as it is seen now, moved by `shift`, between `left` and `left + width` of the stage. */
  private drawVideo(image: CanvasImageSource, left: number, width: number, shift: number): void {
    const context = this.contexts.picture;
    const ratio = pixelRatio();
    const { scale, offsetX, offsetY } = this.view;
    context.save();
    context.beginPath();
    context.rect(left * ratio, 0, width * ratio, context.canvas.height);
    context.clip();
    context.imageSmoothingEnabled = scale * ratio < 4; // near, the pixels themselves are wanted
    context.imageSmoothingQuality = 'high';
    context.drawImage(
      image,
      (offsetX + shift) * ratio,
      offsetY * ratio,
      this.video.width * scale * ratio,
      this.video.height * scale * ratio,
    );
    context.restore();
  }

  private layersOf(state: SessionState): readonly MaskLayer[] {
    const frameIdx = this.workspace.player.shown;
    const visibility = this.workspace.visibility.get();
    const look = this.workspace.look.get();
    const all = visibleObjects(state).map((object) => object.objectId);
    const objectIds = shownOf(visibility, all);
    this.outlines.want(this.framesAhead(frameIdx), objectIds);
    return objectIds.flatMap((objectId): MaskLayer[] => {
      const outline = this.outlines.get(objectId, frameIdx);
      if (!outline) return [];
      const emphasis =
        objectId === state.selectedId
          ? 'selected'
          : objectId === this.pointer.objectId
            ? 'hovered'
            : 'rest';
      return [
        {
          ...outline,
          objectId,
          colour: maskColour(state, objectId, look.colourBy),
          emphasis,
        },
      ];
    });
  }

  private paintMasks(layers: readonly MaskLayer[]): void {
    const look = this.workspace.look.get();
    drawMasks(this.contexts.masks, this.view, pixelRatio(), layers, look, this.area);
    this.root.dataset.masks = this.layers.map((layer) => layer.objectId).join(' ');
  }

  private paintInteraction(state: SessionState): void {
    const context = this.contexts.interaction;
    const ratio = pixelRatio();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { left, width, height } = this.area;
    context.save();
    context.beginPath();
    context.rect(left, 0, width, height); // nothing is drawn over the plain source beside it
    context.clip();
    drawPixelGrid(context, this.view, this.video, this.area);
    const frameIdx = this.workspace.player.shown;
    const { selectedId } = state;
    const isPlaying = this.workspace.player.playing;
    if (selectedId !== null && !state.leaving.has(selectedId) && !isPlaying) {
      const set = this.moved(promptsOn(state, selectedId, frameIdx));
      drawPrompts(context, this.view, set, {
        colour: colourOf(state, selectedId),
        isPending: isPending(state, selectedId, frameIdx),
        hovered: this.pointer.part,
      });
      this.root.dataset.points = String(set.points.length);
    } else {
      this.root.dataset.points = '0';
    }
    for (const overlay of this.overlays) overlay.draw(context, this.view);
    const { tool } = this.pointer;
    if (tool.kind === 'dragging') {
      drawBox(
        context,
        tool.from,
        tool.to,
        selectedId === null ? '#fff' : colourOf(state, selectedId),
      );
    }
    context.restore();
  }

  /** With the point that is being dragged where the pointer is. */
  private moved(set: PromptSet): PromptSet {
    const { tool } = this.pointer;
    if (tool.kind !== 'moving') return set;
    return withMovedPoint(set, tool.point, toVideo(this.view, tool.to));
  }

  private framesAhead(frameIdx: number): number[] {
    const { player } = this.workspace;
    const ahead = player.playing ? AHEAD_PLAYING : AHEAD_RESTING;
    const frames = Array.from({ length: ahead + 1 }, (_, i) => frameIdx + i);
    return player.playing ? frames : [...frames, frameIdx - 1];
  }
}

export function pixelRatio(): number {
  return Math.min(3, window.devicePixelRatio || 1);
}
