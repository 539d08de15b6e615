import type { Workspace } from '../app/workspace';
import { openFrames, type Thread, threadsOf } from '../discussion/comments';
import { drawCommentMarks, threadAt } from '../discussion/marks';
import { goToThread } from '../discussion/places';
import { rangeOf } from '../playback/range';
import { TimelinePeople } from '../presence/timelinePeople';
import { promptedFrames, visibleObjects } from '../session/state';
import { pixelRatio } from '../stage/painter';
import { contextOf } from '../ui/contextOf';
import { fetchCuts } from './cuts';
import { dotAt } from './dots';
import { drawRuler } from './drawRuler';
import { drawFilmstrip } from './filmstrip';
import { frameText } from './frameText';
import { type Lane, type LaneGeometry, LanePainter, type LaneSlice } from './lanePainter';
import { Scale } from './scale';
import { fetchThumbnail, Thumbnails } from './thumbnails';
import { follow, panWindow, type TimeWindow, wholeWindow, zoomWindow } from './timeWindow';

const LABEL_PX = 130;
const MARK_HEIGHT_PX = 11; // of a comment's mark, from the top of the ruler
const REST = 4; // times as long as a drawing took
const WHEEL_ZOOM = 0.0022; // per pixel that the wheel reports

export interface TimelineElements {
  readonly scroller: HTMLElement; // lanes may be more than there is room for
  readonly track: HTMLElement; // as wide as the lanes; takes the pointer
  readonly ruler: HTMLCanvasElement;
  readonly film: HTMLCanvasElement;
  readonly lanes: HTMLCanvasElement;
  readonly playhead: HTMLElement;
  readonly sweep: HTMLElement;
  readonly pointer: HTMLElement; // a line and a label where the pointer is
  readonly people: HTMLElement; // marks of the others
}

/**
 * Draws the timeline and scrubs. Lanes are drawn again when masks or prompts change; the playhead is an
 * element that moves by itself, so playing costs one style change a frame.
 */
export class TimelineView {
  private scale = new Scale(1, 1);
  private window: TimeWindow;
  private cuts: readonly number[] = [];
  private readonly thumbnails: Thumbnails;
  private readonly people: TimelinePeople;
  private readonly closing = new AbortController();
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
    const { video } = session.info;
    this.window = wholeWindow(video.numFrames);
    this.thumbnails = new Thumbnails(
      (frameIdx) => fetchThumbnail(`/media/${video.id}/thumbnails/${frameIdx}.jpg`),
      this.invalidate,
    );
    this.people = new TimelinePeople(workspace, elements.people);
    const sizes = new ResizeObserver(this.invalidate);
    sizes.observe(elements.track);
    this.leave = [
      session.masks.subscribe(this.invalidate),
      session.store.subscribe(this.invalidate),
      session.comments.subscribe(this.invalidate),
      workspace.range.subscribe(this.invalidate),
      player.subscribe(this.movePlayhead),
      () => sizes.disconnect(),
      () => this.people.close(),
    ];
    elements.track.addEventListener('pointerdown', this.onDown);
    elements.track.addEventListener('pointermove', this.onMove);
    elements.track.addEventListener('pointerup', this.onUp);
    elements.track.addEventListener('pointercancel', this.onUp);
    elements.track.addEventListener('pointerleave', this.onLeave);
    elements.track.addEventListener('wheel', this.onWheel, { passive: false });
    elements.scroller.addEventListener('scroll', this.invalidate, { passive: true });
    this.draw();
    void this.markCuts(`/media/${video.id}/cuts.json`);
    void document.fonts?.ready.then(this.invalidate);
  }

  close(): void {
    for (const leave of this.leave) leave();
    this.closing.abort();
    cancelAnimationFrame(this.request);
    const { track } = this.elements;
    track.removeEventListener('pointerdown', this.onDown);
    track.removeEventListener('pointermove', this.onMove);
    track.removeEventListener('pointerup', this.onUp);
    track.removeEventListener('pointercancel', this.onUp);
    track.removeEventListener('pointerleave', this.onLeave);
    track.removeEventListener('wheel', this.onWheel);
    this.elements.scroller.removeEventListener('scroll', this.invalidate);
  }

  /** Nearer (above 1) or farther, about the playhead. */
  zoomBy(factor: number): void {
    this.setWindow(zoomWindow(this.window, factor, this.workspace.player.target, this.numFrames));
  }

  showAll(): void {
    this.setWindow(wholeWindow(this.numFrames));
  }

  private get numFrames(): number {
    return this.workspace.session.info.video.numFrames;
  }

  private setWindow(window: TimeWindow): void {
    this.window = window;
    this.elements.track.dataset.window = `${window.from} ${window.span}`;
    this.invalidate();
  }

  private async markCuts(url: string): Promise<void> {
    try {
      this.cuts = await fetchCuts(url, this.closing.signal);
      this.workspace.session.masks.setCuts(this.cuts);
      this.elements.track.dataset.cuts = this.cuts.join(' ');
      this.invalidate();
    } catch {
      // the server is away, or the page is: a timeline without cuts
    }
  }

  private readonly invalidate = (): void => {
    if (this.request || this.closing.signal.aborted) return; // pictures may come after the page is left
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
    this.scale = new Scale(width, Math.max(1, info.video.numFrames), this.window);
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
    const rulerContext = sized(ruler, width, rulerHeight);
    drawRuler(rulerContext, geometry, rulerHeight, fontPx, {
      range: rangeOf(this.workspace.range.get(), info.video.numFrames),
      cuts: this.cuts,
    });
    const threads = threadsOf(this.workspace.session.comments.get());
    const said = openFrames(threads);
    drawCommentMarks(rulerContext, geometry, said);
    track.dataset.comments = said.join(' ');
    this.drawFilm(geometry);
    const lanesHeight = this.lanes.length * laneHeight;
    this.painter.draw(sized(lanes, width, lanesHeight), this.lanes, this.lanesInSight(), geometry);
    this.movePlayhead();
    this.moveSweep();
    this.people.rescale(this.scale);
  }

  private drawFilm(geometry: LaneGeometry): void {
    const { film } = this.elements;
    const height = film.clientHeight;
    if (height === 0) return;
    const { width, height: rows } = this.workspace.session.info.video;
    const context = sized(film, geometry.scale.width, height);
    drawFilmstrip(context, geometry, height, width / rows, this.thumbnails);
  }

  /** Only what can be seen is drawn: of many objects, a few. */
  private lanesInSight(): LaneSlice {
    const { scroller, lanes } = this.elements;
    const box = scroller.getBoundingClientRect();
    const top = lanes.getBoundingClientRect().top;
    return {
      first: Math.max(0, Math.floor((box.top - top) / this.laneHeight)),
      end: Math.min(this.lanes.length, Math.ceil((box.bottom - top) / this.laneHeight)),
    };
  }

  private get laneHeight(): number {
    return (
      Number.parseFloat(getComputedStyle(this.elements.track).getPropertyValue('--lane')) || 26
    );
  }

  private readonly movePlayhead = (): void => {
    const { target, playing } = this.workspace.player;
    if (!this.scrubbing) {
      const turned = follow(this.window, target, this.numFrames);
      if (turned !== this.window) this.setWindow(turned);
    }
    this.elements.track.dataset.playing = String(playing);
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
    const thread = this.threadUnder(event);
    if (thread) {
      goToThread(this.workspace, thread);
      return;
    }
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

  /** The wheel zooms at the pointer; sideways, or with Shift, it moves. Lanes that overflow scroll, but with Ctrl. */
  private readonly onWheel = (event: WheelEvent): void => {
    const { scroller, lanes } = this.elements;
    const overflows = scroller.scrollHeight > scroller.clientHeight;
    const mayScroll = overflows && event.target === lanes && !event.ctrlKey && !event.shiftKey;
    if (mayScroll && Math.abs(event.deltaY) >= Math.abs(event.deltaX)) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    const { left } = this.elements.track.getBoundingClientRect();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const frames = (sideways * lines) / this.scale.frameWidth;
      this.setWindow(panWindow(this.window, frames, this.numFrames));
    } else {
      const factor = Math.exp(-event.deltaY * lines * WHEEL_ZOOM);
      const at = this.scale.place(event.clientX - left);
      this.setWindow(zoomWindow(this.window, factor, at, this.numFrames));
    }
    this.onLeave();
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
    const lane = this.laneUnder(event);
    const { masks } = this.workspace.session;
    const reasons = lane ? masks.whyDoubtful(lane.objectId, frameIdx) : [];
    pointer.dataset.text = frameText(frameIdx, lane, reasons);
  }

  private threadUnder(event: PointerEvent): Thread | null {
    const { left, top } = this.elements.ruler.getBoundingClientRect();
    if (event.clientY - top > MARK_HEIGHT_PX) return null;
    const threads = threadsOf(this.workspace.session.comments.get());
    return threadAt(threads, this.scale, event.clientX - left);
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
  return contextOf(canvas);
}
