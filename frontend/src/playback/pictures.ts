import { request } from '../api/client';
import { VideoPlayback, type VideoPlaybackResult } from '../api/generated';
import { notify } from '../app/notices';
import { fromServer } from '../i18n/server/fromServer';
import type { FrameTimes } from './frameTimes';
import { Player } from './player';
import { loadStill, StillSource } from './stillSource';
import { VideoSource } from './videoSource';

const ASK_EVERY_MS = 1500;

export interface PlayedVideo {
  readonly id: string;
  /** Null while the rendition is made, or if it cannot be. */
  readonly renditionUrl: string | null;
  /** 0..1 */
  readonly renditionProgress: number;
  /** One sentence: what to know of the file, such as that it ends early. */
  readonly warning: string | null;
}

/** A player, and the <video> behind it. */
export interface Pictures {
  readonly player: Player;
  readonly video: HTMLVideoElement;
  /** The server can be reached again: go on where a lost connection broke off. */
  reconnect(): void;
  close(): void;
}

/**
 * Stills until the rendition is made, then the <video>; stills for good where there is none to come or the
 * browser cannot play it.
 */
export function openPictures(played: PlayedVideo, times: FrameTimes): Pictures {
  const video = videoElement();
  const still = (frameIdx: number) => loadStill(played.id, frameIdx);
  const stills = () => new StillSource(still, times);
  const player = new Player(stills(), times);
  const isLost = () => video.error?.code === MediaError.MEDIA_ERR_NETWORK;
  let isClosed = false;
  let told: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const use = (url: string) => {
    video.src = url;
    player.replaceSource(new VideoSource(video, times, still));
  };
  const follow = ({ renditionUrl, renditionProgress, warning }: Omit<PlayedVideo, 'id'>) => {
    if (warning !== null && warning !== told) notify({ tone: 'info', text: fromServer(warning) });
    told = warning;
    player.prepare(renditionUrl === null && renditionProgress < 1 ? renditionProgress : null);
    if (renditionUrl !== null) use(renditionUrl);
    else if (player.preparing !== null) timer = setTimeout(ask, ASK_EVERY_MS);
  };
  const ask = async () => {
    const answer: VideoPlaybackResult | null = await request(VideoPlayback, {
      id: played.id,
    }).catch(() => null); // the server is away: ask again
    if (isClosed) return;
    if (answer) follow(answer.video);
    else timer = setTimeout(ask, ASK_EVERY_MS);
  };
  video.onerror = () => {
    if (!isLost()) player.replaceSource(stills());
  };
  follow(played);
  return {
    player,
    video,
    reconnect() {
      if (!isLost()) return;
      video.load();
      player.replaceSource(new VideoSource(video, times, still));
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      player.close();
      video.onerror = null;
      video.removeAttribute('src');
      video.load(); // lets go of the connection
    },
  };
}

function videoElement(): HTMLVideoElement {
  const video = document.createElement('video');
  video.preload = 'auto';
  video.muted = true;
  video.playsInline = true;
  video.tabIndex = -1;
  video.setAttribute('aria-hidden', 'true');
  return video;
}
