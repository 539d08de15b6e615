import type { Workspace } from '../../app/workspace';
import { t } from '../../i18n/t';
import { rangeOf } from '../../playback/range';
import { visibleObjects } from '../../session/state';
import { shownOf } from '../../stage/look';
import { maskColour } from '../../stage/maskColour';
import { type Composition, composeVideo } from './composeVideo';
import { readSound, type Sound } from './sound';

const FETCHED = 63; // further frames whose masks are fetched with one that is not here

interface SourceFacts {
  readonly ticksPerS: number;
  readonly hasSound: boolean;
}

/** Compose the video as the stage shows it, and hand it to the browser's downloads. */
export async function downloadComposed(
  workspace: Workspace,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const composition = await compositionOf(workspace, signal);
  const file = await composeVideo(composition, onProgress, signal);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `${workspace.session.info.video.title.replace(/\.[^.]+$/, '')}-masklet.mp4`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function compositionOf(workspace: Workspace, signal: AbortSignal): Promise<Composition> {
  const { session, player } = workspace;
  const { video } = session.info;
  const base = `/media/${video.id}`;
  const facts: SourceFacts = await (await fetched(`${base}/composing.json`, signal)).json();
  const state = session.store.get();
  const { colourBy } = workspace.look.get();
  const all = visibleObjects(state).map(({ objectId }) => objectId);
  const objects = shownOf(workspace.visibility.get(), all).map((objectId) => ({
    objectId,
    colour: maskColour(state, objectId, colourBy),
  }));
  const whole = { first: 0, last: video.numFrames - 1 };
  return {
    size: { width: video.width, height: video.height },
    times: player.times,
    range: rangeOf(workspace.range.get(), video.numFrames) ?? whole,
    ticksPerS: facts.ticksPerS,
    choices: workspace.effects.get(),
    objects,
    sound: facts.hasSound ? await soundOf(`${base}/sound`, signal) : null,
    stillUrl: (frameIdx) => `${base}/frames/${frameIdx}.jpg`,
    maskOf: async (objectId, frameIdx) => {
      const { masks, windows } = session;
      if (masks.isMissing(objectId, frameIdx)) await windows.load(frameIdx, frameIdx + FETCHED);
      return masks.rle(objectId, frameIdx);
    },
  };
}

async function soundOf(url: string, signal: AbortSignal): Promise<Sound | null> {
  const { body } = await fetched(url, signal);
  return body && readSound(body);
}

async function fetched(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(t('The server cannot hand out this video now; try again.'));
  return response;
}
