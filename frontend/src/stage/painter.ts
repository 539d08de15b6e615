import type { Workspace } from '../app/workspace';
import { Outlines } from '../masks/outlines';
import {
  colourOf,
  isPending,
  promptsOn,
  type SessionState,
  visibleObjects,
} from '../session/state';
import type { ToolState } from '../tools/pointerTool';
import { drawMasks, type MaskLayer, objectAt } from './drawMasks';
import { drawBox, drawPrompts, type PromptPart } from './drawPrompts';
import { letterbox, type Size, type View } from './view';

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
  private zoomed: View | null = null;
  private layers: readonly MaskLayer[] = [];
  private request = 0;
  private readonly outlines: Outlines;
  private readonly contexts: { [Name in keyof Canvases]: CanvasRenderingContext2D };

  constructor(
    private readonly workspace: Workspace,
    private readonly root: HTMLElement,
    private readonly canvases: Canvases,
  ) {
    const { masks, info } = workspace.session;
    this.outlines = new Outlines(masks, info.video.height, this.invalidate);
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
    return letterbox(this.video, this.stage, MARGIN_PX);
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
    this.paintPicture();
    this.paintMasks(state);
    this.paintInteraction(state);
  };

  hitObject(x: number, y: number): number | null {
    return objectAt(this.contexts.masks, this.layers, x, y);
  }

  close(): void {
    cancelAnimationFrame(this.request);
    this.outlines.close();
  }

  private paintPicture(): void {
    const { player } = this.workspace;
    const { image } = player;
    if (!image) return;
    const context = this.contexts.picture;
    context.fillStyle = '#0b0d0f';
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    const ratio = pixelRatio();
    const { scale, offsetX, offsetY } = this.view;
    context.imageSmoothingEnabled = scale * ratio < 4; // near, the pixels themselves are wanted
    context.imageSmoothingQuality = 'high';
    context.drawImage(
      image,
      offsetX * ratio,
      offsetY * ratio,
      this.video.width * scale * ratio,
      this.video.height * scale * ratio,
    );
    this.root.dataset.frame = String(player.shown);
  }

  private paintMasks(state: SessionState): void {
    const { player } = this.workspace;
    const frameIdx = player.shown;
    const objectIds = visibleObjects(state).map((object) => object.objectId);
    this.outlines.want(this.framesAhead(frameIdx), objectIds);
    this.layers = objectIds.flatMap((objectId): MaskLayer[] => {
      const path = this.outlines.path(objectId, frameIdx);
      if (!path) return [];
      const emphasis =
        objectId === state.selectedId
          ? 'selected'
          : objectId === this.pointer.objectId
            ? 'hovered'
            : 'rest';
      return [{ objectId, path, colour: colourOf(state, objectId), emphasis }];
    });
    drawMasks(this.contexts.masks, this.view, pixelRatio(), this.layers);
    this.root.dataset.masks = this.layers.map((layer) => layer.objectId).join(' ');
  }

  private paintInteraction(state: SessionState): void {
    const context = this.contexts.interaction;
    const ratio = pixelRatio();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const frameIdx = this.workspace.player.shown;
    const { selectedId } = state;
    const isPlaying = this.workspace.player.playing;
    if (selectedId !== null && !state.leaving.has(selectedId) && !isPlaying) {
      const set = promptsOn(state, selectedId, frameIdx);
      drawPrompts(context, this.view, set, {
        colour: colourOf(state, selectedId),
        isPending: isPending(state, selectedId, frameIdx),
        hovered: this.pointer.part,
      });
      this.root.dataset.points = String(set.points.length);
    } else {
      this.root.dataset.points = '0';
    }
    const { tool } = this.pointer;
    if (tool.kind === 'dragging') {
      drawBox(
        context,
        tool.from,
        tool.to,
        selectedId === null ? '#fff' : colourOf(state, selectedId),
      );
    }
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

function contextOf(
  canvas: HTMLCanvasElement,
  settings?: CanvasRenderingContext2DSettings,
): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', settings);
  if (!context) throw new Error('This browser cannot draw on a canvas.');
  return context;
}
