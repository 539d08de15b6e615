import { expect, test } from 'vitest';
import { FrameTimes } from './frameTimes';
import type { PictureSource } from './pictureSource';
import { Player } from './player';

/** A source that shows a frame when it is told to. */
class SlowSource implements PictureSource {
  readonly image = null;
  readonly asked: number[] = [];
  onFrame: (frameIdx: number) => void = () => {};
  onEnd: () => void = () => {};
  private arrive: (() => void)[] = [];
  show(frameIdx: number): Promise<void> {
    this.asked.push(frameIdx);
    return new Promise((resolve) => this.arrive.push(resolve));
  }
  async deliver(): Promise<void> {
    this.arrive.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  }
  play(onFrame: (frameIdx: number) => void, onEnd: () => void): void {
    this.onFrame = onFrame;
    this.onEnd = onEnd;
  }
  setRate(): void {}
  pause(): void {}
  close(): void {}
}

function harness(numFrames = 100) {
  const source = new SlowSource();
  const player = new Player(source, new FrameTimes(Array.from({ length: numFrames }, (_, i) => i)));
  return { source, player };
}

test('while a seek runs, only the newest wish is kept', async () => {
  const { source, player } = harness();
  for (const frame of [5, 6, 7, 8]) player.seek(frame);
  expect(player.target).toBe(8);
  expect(player.shown).toBe(0);
  await source.deliver();
  expect(player.shown).toBe(5);
  await source.deliver();
  expect(player.shown).toBe(8);
  expect(source.asked).toEqual([5, 8]);
});

test('steps add up before the picture arrives, and stay inside the video', () => {
  const { player } = harness();
  for (let i = 0; i < 3; i++) player.step(1);
  expect(player.target).toBe(3);
  player.step(-10);
  expect(player.target).toBe(0);
  player.seek(1e9);
  expect(player.target).toBe(99);
});

test('playing moves the playhead, and a pause makes sure of the frame that is shown', async () => {
  const { source, player } = harness();
  await player.play();
  source.onFrame(1);
  source.onFrame(2);
  expect([player.shown, player.target, player.playing]).toEqual([2, 2, true]);
  player.pause();
  expect(source.asked).toEqual([2]);
  expect(player.playing).toBe(false);
});

test('at the end it stops, and play starts over', async () => {
  const { source, player } = harness(10);
  await player.play();
  source.onFrame(9);
  source.onEnd();
  await source.deliver();
  expect(player.playing).toBe(false);
  const again = player.play();
  await source.deliver();
  await again;
  expect(player.shown).toBe(0);
  expect(player.playing).toBe(true);
});

test('a seek stops the playing', async () => {
  const { source, player } = harness();
  await player.play();
  source.onFrame(3);
  player.seek(50);
  source.onFrame(4);
  expect(player.target).toBe(50);
  expect(player.playing).toBe(false);
});

test('a second source takes over while playing, and plays on', async () => {
  const { source, player } = harness();
  await player.play();
  source.onFrame(7);
  const second = new SlowSource();
  player.replaceSource(second);
  await second.deliver();
  second.onFrame(8);
  expect([player.playing, player.shown]).toEqual([true, 8]);
});

test('a second source takes over at the same place', async () => {
  const { source, player } = harness();
  player.seek(20);
  const second = new SlowSource();
  player.replaceSource(second);
  await source.deliver();
  expect(player.shown).toBe(0);
  await second.deliver();
  expect(player.shown).toBe(20);
});
