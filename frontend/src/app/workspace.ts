import { DiscussionCommands } from '../discussion/commands';
import { followAddress } from '../discussion/places';
import {
  CLOSED,
  type DiscussionAction,
  type DiscussionView,
  reduceDiscussion,
} from '../discussion/view';
import {
  type EffectAction,
  type EffectChoices,
  NO_EFFECTS,
  reduceEffects,
} from '../effects/choices';
import { MaskEncoder } from '../masks/encoder';
import { FrameTimes } from '../playback/frameTimes';
import { openPictures } from '../playback/pictures';
import type { Player } from '../playback/player';
import {
  NO_RANGE,
  type RangeAction,
  type RangeState,
  rangeOf,
  reduceRange,
} from '../playback/range';
import { SessionPresence } from '../presence/sessionPresence';
import type { CompareMode } from '../review/comparison';
import { SessionCommands } from '../session/commands';
import { LiveSession, type SessionInfo } from '../session/liveSession';
import { keepPlace } from '../session/tabPlace';
import {
  ALL_VISIBLE,
  type LookStore,
  lookStore,
  reduceVisibility,
  type Visibility,
  type VisibilityAction,
} from '../stage/look';
import { type Capabilities, capabilities, followRole } from '../team/capabilities';
import { FIRST_TOOL, reduceTool, type ToolAction, type ToolChoice } from '../tools/choice';
import { createStore, type Store } from './store';

/** Everything behind an open session. React shows it; none of it lives in React. */
export interface Workspace {
  readonly session: LiveSession;
  readonly commands: SessionCommands;
  readonly presence: SessionPresence;
  readonly player: Player;
  readonly video: HTMLVideoElement;
  /** Whether a plain click includes: the switch on the stage. */
  readonly clickIncludes: Store<boolean, boolean>;
  readonly look: LookStore;
  readonly visibility: Store<Visibility, VisibilityAction>;
  readonly effects: Store<EffectChoices, EffectAction>;
  /** In and out, and whether playing goes round between them. */
  readonly range: Store<RangeState, RangeAction>;
  /** Whether somebody is about to say which frame to go to. */
  readonly asksFrame: Store<boolean, boolean>;
  readonly tool: Store<ToolChoice, ToolAction>;
  /** How a tracked range that waits for a verdict is shown beside the kept masks. */
  readonly compare: Store<CompareMode, CompareMode>;
  readonly discuss: DiscussionCommands;
  /** What the panel of comments, log and effort shows. */
  readonly discussion: Store<DiscussionView, DiscussionAction>;
  readonly encoder: MaskEncoder;
  /** What this person may do here: what is not in it is not offered. */
  readonly may: Capabilities;
  close(): void;
}

export function openWorkspace(info: SessionInfo): Workspace {
  const pictures = openPictures(info.video, new FrameTimes(info.video.frameTimesS));
  const { player, video } = pictures;
  const session = new LiveSession(info);
  const leaveConnection = session.connection.subscribe(() => {
    if (session.connection.get() === 'live') pictures.reconnect();
  });
  const presence = new SessionPresence(session, player);
  const may = capabilities(info.may);
  const tool = createStore(reduceTool, FIRST_TOOL);
  const leaveRole = followRole(may, session, () =>
    tool.dispatch({ type: 'choose', kind: 'point' }),
  );
  const commands = new SessionCommands(session, (frameIdx) => player.seek(frameIdx), presence);
  const range = createStore(reduceRange, NO_RANGE);
  range.subscribe(() => {
    const { loops } = range.get();
    const whole = { first: 0, last: info.video.numFrames - 1 };
    player.loop = loops ? (rangeOf(range.get(), info.video.numFrames) ?? whole) : null;
  });
  const leavePlayhead = player.subscribe(() => session.windows.follow(player.target));
  const encoder = new MaskEncoder();
  const onPageHide = () => commands.close();
  window.addEventListener('pagehide', onPageHide);
  const onLeaving = (leaving: BeforeUnloadEvent) => {
    if (session.outbox.wouldMiss) leaving.preventDefault(); // the browser asks, in its own words
  };
  window.addEventListener('beforeunload', onLeaving);
  session.open();
  presence.open();
  const workspace: Workspace = {
    session,
    commands,
    presence,
    player,
    video,
    clickIncludes: createStore((_: boolean, next: boolean) => next, true),
    look: lookStore(),
    visibility: createStore(reduceVisibility, ALL_VISIBLE),
    effects: createStore(reduceEffects, NO_EFFECTS),
    range,
    asksFrame: createStore((_: boolean, next: boolean) => next, false),
    tool,
    compare: createStore((_: CompareMode, next: CompareMode) => next, 'after'),
    discuss: new DiscussionCommands(session),
    discussion: createStore(reduceDiscussion, CLOSED),
    encoder,
    may,
    close() {
      leavePlace();
      leaveRole();
      leaveAddress();
      encoder.close();
      window.removeEventListener('pagehide', onPageHide);
      window.removeEventListener('beforeunload', onLeaving);
      leaveConnection();
      leavePlayhead();
      presence.close();
      commands.close();
      session.close();
      pictures.close();
    },
  };
  const leavePlace = keepPlace(workspace, window.location.search);
  player.start();
  const leaveAddress = followAddress(workspace, window.location.search);
  return workspace;
}
