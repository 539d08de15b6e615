import type { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';

// A seek to the frame that is on screen already presents no new one, so there is nothing to wait for but this.
const GRACE_MS = 120;
// Any other frame is waited for, however busy the machine is; but a browser may drop a callback.
const PATIENCE_MS = 3000;

/**
 * The rendition in a <video>: cheap to play, and exact where it stands still. Chromium shows an earlier frame
 * than asked for where frames differ much in length; then the server's still takes its place.
 */
export class VideoSource implements PictureSource {
  private callback = 0;
  private held: VideoFrame | null = null; // the frame that playing has reached
  private seeking = false; // what is in the video now is not what was asked for
  private presented: number | null = null; // the frame that the browser brought to the screen last
  private watching = 0;
  private still: HTMLImageElement | null = null; // in place of the video's picture, which is another frame's

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly times: FrameTimes,
    private readonly loadStill: (frameIdx: number) => Promise<HTMLImageElement>,
  ) {
    if (canReportFrames(video)) this.watch();
  }

  get image(): CanvasImageSource | null {
    if (this.held) return this.held;
    if (this.still && !this.seeking) return this.still;
    const isThere = this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    return isThere && !this.seeking ? this.video : null;
  }

  async show(frameIdx: number): Promise<void> {
    this.seeking = true;
    await this.loaded();
    const isExact = await this.seekTo(frameIdx);
    this.still = isExact ? null : await this.loadStill(frameIdx);
    this.seeking = false;
  }

  /**
   * Resolves when the seek is over and the frame has been presented; both, since a frame from before the seek
   * may be presented while it runs. False if it was another frame.
   */
  private seekTo(frameIdx: number): Promise<boolean> {
    return new Promise((resolve) => {
      let callback = 0;
      let isPresented = false;
      let isOther = false;
      let grace: ReturnType<typeof setTimeout> | undefined;
      const done = () => {
        clearTimeout(grace);
        this.video.removeEventListener('seeked', onSeeked);
        if (callback) this.video.cancelVideoFrameCallback(callback);
        resolve(this.presented === frameIdx || !canReportFrames(this.video));
      };
      const onFrame: VideoFrameRequestCallback = (_now, { mediaTime }) => {
        this.presented = this.times.nearest(mediaTime);
        isPresented = this.presented === frameIdx;
        isOther = !isPresented;
        if (isPresented && !this.video.seeking) return done();
        callback = this.video.requestVideoFrameCallback(onFrame);
        if (!this.video.seeking) wait();
      };
      const wait = () => {
        clearTimeout(grace);
        const isSettled = isOther || this.presented === frameIdx || !canReportFrames(this.video);
        grace = setTimeout(done, isSettled ? GRACE_MS : PATIENCE_MS);
      };
      const onSeeked = () => {
        if (this.video.seeking) return; // this tells the end of the seek before
        if (isPresented) done();
        else wait();
      };
      if (canReportFrames(this.video)) callback = this.video.requestVideoFrameCallback(onFrame);
      this.video.addEventListener('seeked', onSeeked);
      this.video.currentTime = this.times.middleS(frameIdx);
    });
  }

  play(onFrame: (frameIdx: number) => void, onEnd: () => void): void {
    this.video.onended = onEnd;
    this.still = null;
    const last = this.times.numFrames - 1;
    this.follow((frameIdx) => {
      onFrame(frameIdx);
      if (frameIdx === last) onEnd(); // the file's sound may go on for longer
    });
    this.video.play().catch(onEnd);
  }

  setRate(rate: number): void {
    this.video.playbackRate = rate;
  }

  pause(): void {
    this.video.onended = null;
    this.unfollow();
    this.video.pause();
  }

  close(): void {
    this.pause();
    if (canReportFrames(this.video)) this.video.cancelVideoFrameCallback(this.watching);
  }

  private watch(): void {
    this.watching = this.video.requestVideoFrameCallback((_now, { mediaTime }) => {
      this.presented = this.times.nearest(mediaTime);
      this.watch();
    });
  }

  private follow(onFrame: (frameIdx: number) => void): void {
    if (canReportFrames(this.video)) {
      const next: VideoFrameRequestCallback = (_now, { mediaTime }) => {
        this.callback = this.video.requestVideoFrameCallback(next);
        this.held?.close();
        this.held = currentFrame(this.video);
        onFrame(this.times.nearest(this.held ? this.held.timestamp / 1e6 : mediaTime));
      };
      this.callback = this.video.requestVideoFrameCallback(next);
      return;
    }
    const next = () => {
      this.callback = requestAnimationFrame(next);
      onFrame(this.times.at(this.video.currentTime));
    };
    this.callback = requestAnimationFrame(next);
  }

  private unfollow(): void {
    this.held?.close();
    this.held = null;
    if (canReportFrames(this.video)) this.video.cancelVideoFrameCallback(this.callback);
    else cancelAnimationFrame(this.callback);
  }

  /** Resolves when the video can seek. Its data may be away for a moment at any time; `seeked` waits for it. */
  private loaded(): Promise<void> {
    if (this.video.readyState >= HTMLMediaElement.HAVE_METADATA) return Promise.resolve();
    return new Promise((resolve) => {
      this.video.addEventListener('loadedmetadata', () => resolve(), { once: true });
    });
  }
}

/**
 * The frame that a <video> shows, with its own time stamp. When the page is slow, the video may be a frame
 * further than the callback says; this cannot be. Only in secure contexts, so null elsewhere.
 */
function currentFrame(video: HTMLVideoElement): VideoFrame | null {
  if (typeof VideoFrame !== 'function') return null;
  try {
    return new VideoFrame(video);
  } catch {
    return null; // there is none at this moment
  }
}

function canReportFrames(video: HTMLVideoElement): boolean {
  return typeof video.requestVideoFrameCallback === 'function';
}
