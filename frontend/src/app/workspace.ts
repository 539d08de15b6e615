import {
  type EffectAction,
  type EffectChoices,
  NO_EFFECTS,
  reduceEffects,
} from '../effects/choices';
import { FrameTimes } from '../playback/frameTimes';
import { Player } from '../playback/player';
import { StillSource } from '../playback/stillSource';
import { VideoSource } from '../playback/videoSource';
import { SessionCommands } from '../session/commands';
import { LiveSession, type SessionInfo } from '../session/liveSession';
import {
  ALL_VISIBLE,
  type LookStore,
  lookStore,
  reduceVisibility,
  type Visibility,
  type VisibilityAction,
} from '../stage/look';
import { createStore, type Store } from './store';

/** Everything behind an open session. React shows it; none of it lives in React. */
export interface Workspace {
  readonly session: LiveSession;
  readonly commands: SessionCommands;
  readonly player: Player;
  readonly video: HTMLVideoElement;
  /** Whether a plain click includes: the switch on the stage. */
  readonly clickIncludes: Store<boolean, boolean>;
  readonly look: LookStore;
  readonly visibility: Store<Visibility, VisibilityAction>;
  readonly effects: Store<EffectChoices, EffectAction>;
  close(): void;
}

export function openWorkspace(info: SessionInfo): Workspace {
  const video = videoElement(info.video.renditionUrl ?? '');
  const times = new FrameTimes(info.video.frameTimesS);
  const player = new Player(new VideoSource(video, times), times);
  const session = new LiveSession(info);
  const leaveConnection = mendPicture(video, player, session);
  const commands = new SessionCommands(session, (frameIdx) => player.seek(frameIdx));
  const onPageHide = () => commands.close();
  window.addEventListener('pagehide', onPageHide);
  session.open();
  player.start();
  return {
    session,
    commands,
    player,
    video,
    clickIncludes: createStore((_: boolean, next: boolean) => next, true),
    look: lookStore(),
    visibility: createStore(reduceVisibility, ALL_VISIBLE),
    effects: createStore(reduceEffects, NO_EFFECTS),
    close() {
      window.removeEventListener('pagehide', onPageHide);
      leaveConnection();
      commands.close();
      session.close();
      player.close();
      video.onerror = null;
      video.removeAttribute('src');
      video.load(); // lets go of the connection
    },
  };
}

/** A browser that cannot play the rendition gets stills; a lost connection is taken up again. */
function mendPicture(video: HTMLVideoElement, player: Player, session: LiveSession): () => void {
  const { id } = session.info.video;
  const stillUrl = (frameIdx: number) => `/media/${id}/frames/${frameIdx}.jpg`;
  video.onerror = () => {
    if (video.error?.code === MediaError.MEDIA_ERR_NETWORK) return;
    player.replaceSource(new StillSource(stillUrl, player.times));
  };
  return session.connection.subscribe(() => {
    const isLost = video.error?.code === MediaError.MEDIA_ERR_NETWORK;
    if (!isLost || session.connection.get() !== 'live') return;
    video.load();
    player.replaceSource(new VideoSource(video, player.times));
  });
}

function videoElement(src: string): HTMLVideoElement {
  const video = document.createElement('video');
  video.src = src;
  video.preload = 'auto';
  video.muted = true;
  video.playsInline = true;
  video.tabIndex = -1;
  video.setAttribute('aria-hidden', 'true');
  return video;
}
