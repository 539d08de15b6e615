import type { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';

// A seek to the frame that is on screen already presents no new one, so there is nothing to wait for but this.
const GRACE_MS = 120;

/** The rendition in a <video>: cheap to play, and exact where it stands still. */
export class VideoSource implements PictureSource {
  private callback = 0;
  private held: VideoFrame | null = null; // the frame that playing has reached
  private seeking = false; // what is in the video now is not what was asked for

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly times: FrameTimes,
  ) {}

  get image(): CanvasImageSource | null {
    if (this.held) return this.held;
    const isThere = this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    return isThere && !this.seeking ? this.video : null;
  }

  async show(frameIdx: number): Promise<void> {
    this.seeking = true;
    await this.loaded();
    await this.seekTo(frameIdx);
    this.seeking = false;
  }

  /**
   * Resolves when the seek is over and the frame has been presented; both, since a frame from before the seek
   * may be presented while it runs.
   */
  private seekTo(frameIdx: number): Promise<void> {
    return new Promise((resolve) => {
      let callback = 0;
      let isPresented = false;
      let grace: ReturnType<typeof setTimeout> | undefined;
      const done = () => {
        clearTimeout(grace);
        this.video.removeEventListener('seeked', onSeeked);
        if (callback) this.video.cancelVideoFrameCallback(callback);
        resolve();
      };
      const onFrame: VideoFrameRequestCallback = (_now, { mediaTime }) => {
        isPresented = this.times.nearest(mediaTime) === frameIdx;
        if (isPresented && !this.video.seeking) done();
        else callback = this.video.requestVideoFrameCallback(onFrame);
      };
      const onSeeked = () => {
        if (this.video.seeking) return; // this tells the end of the seek before
        if (isPresented) done();
        else grace = setTimeout(done, GRACE_MS);
      };
      if (canReportFrames(this.video)) callback = this.video.requestVideoFrameCallback(onFrame);
      this.video.addEventListener('seeked', onSeeked);
      this.video.currentTime = this.times.middleS(frameIdx);
    });
  }

  play(onFrame: (frameIdx: number) => void, onEnd: () => void): void {
    this.video.onended = onEnd;
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
