import type { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';

// A seek to the frame that is on screen already presents no new one, so there is nothing to wait for but this.
const GRACE_MS = 120;

/** The rendition in a <video>: cheap to play, and exact where it stands still. */
export class VideoSource implements PictureSource {
  private callback = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly times: FrameTimes,
  ) {}

  get image(): CanvasImageSource | null {
    return this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? this.video : null;
  }

  async show(frameIdx: number): Promise<void> {
    await this.loaded();
    await new Promise<void>((resolve) => {
      let grace: ReturnType<typeof setTimeout> | undefined;
      let callback = 0;
      const done = () => {
        clearTimeout(grace);
        this.video.removeEventListener('seeked', onSeeked);
        if (callback) this.video.cancelVideoFrameCallback(callback);
        resolve();
      };
      const onSeeked = () => {
        grace = setTimeout(done, GRACE_MS);
      };
      const onFrame: VideoFrameRequestCallback = (_now, { mediaTime }) => {
        if (this.times.nearest(mediaTime) === frameIdx) done();
        else callback = this.video.requestVideoFrameCallback(onFrame);
      };
      if (canReportFrames(this.video)) callback = this.video.requestVideoFrameCallback(onFrame);
      this.video.addEventListener('seeked', onSeeked, { once: true });
      this.video.currentTime = this.times.middleS(frameIdx);
    });
  }

  play(onFrame: (frameIdx: number) => void, onEnd: () => void): void {
    this.video.onended = onEnd;
    this.follow(onFrame);
    this.video.play().catch(onEnd);
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
        onFrame(this.times.nearest(mediaTime));
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
    if (canReportFrames(this.video)) this.video.cancelVideoFrameCallback(this.callback);
    else cancelAnimationFrame(this.callback);
  }

  private loaded(): Promise<void> {
    if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return Promise.resolve();
    return new Promise((resolve) => {
      this.video.addEventListener('loadeddata', () => resolve(), { once: true });
    });
  }
}

function canReportFrames(video: HTMLVideoElement): boolean {
  return typeof video.requestVideoFrameCallback === 'function';
}
