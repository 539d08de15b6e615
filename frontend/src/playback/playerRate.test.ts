import { expect, test } from 'vitest';
import { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';
import { Player } from './player';

/** A source that shows every frame at once, and plays when it is told to. */
class QuickSource implements PictureSource {
  readonly image = null;
  readonly shown: number[] = [];
  rate = 1;
  isPlaying = false;
  onFrame: (frameIdx: number) => void = () => {};
  onEnd: () => void = () => {};
  async show(frameIdx: number): Promise<void> {
    this.shown.push(frameIdx);
  }
  play(onFrame: (frameIdx: number) => void, onEnd: () => void): void {
    this.isPlaying = true;
    this.onFrame = onFrame;
    this.onEnd = onEnd;
  }
  setRate(rate: number): void {
    this.rate = rate;
  }
  pause(): void {
    this.isPlaying = false;
  }
  close(): void {}
}

function harness() {
  const source = new QuickSource();
  const player = new Player(source, new FrameTimes(Array.from({ length: 100 }, (_, i) => i / 200)));
  return { source, player };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('the pace holds for what plays, and for what will', async () => {
  const { source, player } = harness();
  player.setRate(0.25);
  await player.play();
  expect(source.rate).toBe(0.25);
  player.setRate(4);
  expect(source.rate).toBe(4);
});

test('a loop goes back to its first frame, from its last and from the end of the video', async () => {
  const { source, player } = harness();
  player.loop = { first: 20, last: 30 };
  await player.play();
  expect(player.shown).toBe(20);
  source.onFrame(29);
  source.onFrame(30);
  await settled();
  expect([player.shown, player.playing, source.isPlaying]).toEqual([20, true, true]);
  source.onEnd();
  await settled();
  expect([player.shown, player.playing]).toEqual([20, true]);
});

test('backwards: frame by frame down to the first, where it stops', async () => {
  const { source, player } = harness();
  player.seek(10);
  player.setRate(-1);
  await player.play();
  while (player.playing) await settled();
  expect(player.shown).toBe(0);
  const steps = source.shown.slice(1);
  expect(steps).toEqual([...steps].sort((a, b) => b - a));
  expect(source.isPlaying).toBe(false);
});
