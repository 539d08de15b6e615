import type { Workspace } from '../app/workspace';
import { promptedFrames, visibleObjects } from '../session/state';
import { pixelRatio } from '../stage/painter';
import { dotAt } from './dots';
import { drawRuler } from './drawRuler';
import { frameText } from './frameText';
import { type Lane, LanePainter } from './lanePainter';
import { Scale } from './scale';

const LABEL_PX = 130;
const REST = 4; // times as long as a drawing took

export interface TimelineElements {
  readonly track: HTMLElement; // as wide as the lanes; takes the pointer
  readonly ruler: HTMLCanvasElement;
  readonly lanes: HTMLCanvasElement;
  readonly playhead: HTMLElement;
  readonly sweep: HTMLElement;
  readonly pointer: HTMLElement; // a line and a label where the pointer is
}

/**
 * Draws the timeline and scrubs. Lanes are drawn again when masks or prompts change; the playhead is an
 * element that moves by itself, so playing costs one style change a frame.
 */
export class TimelineView {
  private scale = new Scale(1, 1);
  private lanes: readonly Lane[] = [];
  private readonly painter = new LanePainter();
  private request = 0;
  private restUntilMs = 0;
  private scrubbing = false;
  private readonly leave: (() => void)[];

  constructor(
    private readonly workspace: Workspace,
    private readonly elements: TimelineElements,
  ) {
    const { session, player } = workspace;
    const sizes = new ResizeObserver(this.invalidate);
    sizes.observe(elements.track);
    this.leave = [
      session.masks.subscribe(this.invalidate),
      session.store.subscribe(this.invalidate),
      player.subscribe(this.movePlayhead),
      () => sizes.disconnect(),
    ];
    elements.track.addEventListener('pointerdown', this.onDown);
    elements.track.addEventListener('pointermove', this.onMove);
    elements.track.addEventListener('pointerup', this.onUp);
    elements.track.addEventListener('pointercancel', this.onUp);
    elements.track.addEventListener('pointerleave', this.onLeave);
    this.draw();
    void document.fonts?.ready.then(this.invalidate);
  }

  close(): void {
    for (const leave of this.leave) leave();
    cancelAnimationFrame(this.request);
    const { track } = this.elements;
    track.removeEventListener('pointerdown', this.onDown);
    track.removeEventListener('pointermove', this.onMove);
    track.removeEventListener('pointerup', this.onUp);
    track.removeEventListener('pointercancel', this.onUp);
    track.removeEventListener('pointerleave', this.onLeave);
  }

  private readonly invalidate = (): void => {
    if (this.request) return;
    this.request = requestAnimationFrame(this.drawWhenRested);
  };

  /** However slow the machine and however many the lanes, drawing them takes a small part of the time. */
  private readonly drawWhenRested = (nowMs: number): void => {
    if (nowMs < this.restUntilMs) {
      this.request = requestAnimationFrame(this.drawWhenRested);
      return;
    }
    this.request = 0;
    const startedMs = performance.now();
    this.draw();
    const endedMs = performance.now();
    this.restUntilMs = endedMs + REST * (endedMs - startedMs);
  };

  private draw(): void {
    const { info, masks, store } = this.workspace.session;
    const state = store.get();
    const { track, ruler, lanes } = this.elements;
    const width = Math.max(1, track.clientWidth);
    this.scale = new Scale(width, Math.max(1, info.video.numFrames));
    this.lanes = visibleObjects(state).map(({ objectId, colour }) => ({
      objectId,
      colour,
      coverage: masks.coverage(objectId),
      prompted: promptedFrames(state, objectId),
      isSelected: objectId === state.selectedId,
    }));
    const laneHeight = this.laneHeight;
    const geometry = { scale: this.scale, laneHeight, pixelRatio: pixelRatio() };
    const rulerHeight = ruler.clientHeight;
    const fontPx = Number.parseFloat(getComputedStyle(ruler).fontSize);
    drawRuler(sized(ruler, width, rulerHeight), geometry, rulerHeight, fontPx);
    this.painter.draw(sized(lanes, width, this.lanes.length * laneHeight), this.lanes, geometry);
    this.movePlayhead();
    this.moveSweep();
  }

  private get laneHeight(): number {
    return (
      Number.parseFloat(getComputedStyle(this.elements.track).getPropertyValue('--lane')) || 26
    );
  }

  private readonly movePlayhead = (): void => {
    const { target } = this.workspace.player;
    this.elements.playhead.style.transform = `translateX(${this.scale.x(target)}px)`;
    this.elements.track.setAttribute('aria-valuenow', String(target));
  };

  /** A glow where tracking is at work. */
  private moveSweep(): void {
    const { masks, store } = this.workspace.session;
    const isRunning = store.get().propagation?.state === 'RUNNING' && masks.latestFrame >= 0;
    this.elements.sweep.hidden = !isRunning;
    this.elements.sweep.style.transform = `translateX(${this.scale.x(masks.latestFrame)}px)`;
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.elements.track.setPointerCapture(event.pointerId);
    const dot = this.dotUnder(event);
    if (dot) {
      this.workspace.commands.select(dot.lane.objectId);
      this.workspace.player.seek(dot.frameIdx);
      return;
    }
    this.scrubbing = true;
    this.onLeave();
    this.scrub(event);
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (this.scrubbing) this.scrub(event);
    else this.point(event);
  };

  private readonly onLeave = (): void => {
    this.elements.pointer.hidden = true;
  };

  private readonly onUp = (): void => {
    this.scrubbing = false;
  };

  private scrub(event: PointerEvent): void {
    const { left } = this.elements.track.getBoundingClientRect();
    this.workspace.player.seek(this.scale.frame(event.clientX - left));
  }

  /** Says what is under the pointer. */
  private point(event: PointerEvent): void {
    const { track, pointer } = this.elements;
    const dot = this.dotUnder(event);
    track.style.cursor = dot ? 'pointer' : '';
    const x = event.clientX - track.getBoundingClientRect().left;
    const frameIdx = dot?.frameIdx ?? this.scale.frame(x);
    pointer.hidden = false;
    pointer.style.transform = `translateX(${this.scale.x(frameIdx)}px)`;
    pointer.dataset.side = x > this.scale.width - LABEL_PX ? 'left' : 'right';
    pointer.dataset.text = frameText(frameIdx, this.laneUnder(event));
  }

  private dotUnder(event: PointerEvent): { lane: Lane; frameIdx: number } | null {
    const { left } = this.elements.lanes.getBoundingClientRect();
    const lane = this.laneUnder(event);
    if (!lane) return null;
    const frameIdx = dotAt(lane, this.scale, event.clientX - left);
    return frameIdx === null ? null : { lane, frameIdx };
  }

  private laneUnder(event: PointerEvent): Lane | null {
    const { top, bottom } = this.elements.lanes.getBoundingClientRect();
    if (event.clientY < top || event.clientY >= bottom) return null;
    return this.lanes[Math.floor((event.clientY - top) / this.laneHeight)] ?? null;
  }
}

/** The canvas at a size in CSS pixels, sharp on this screen. Setting a size clears, so only where it changed. */
function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = pixelRatio();
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser cannot draw on a canvas.');
  return context;
}
