import { expect, test } from 'vitest';
import { readSound } from './sound';

function packet(startUs: number, data: number[]): number[] {
  const head = new DataView(new ArrayBuffer(20));
  head.setUint32(0, data.length);
  head.setBigInt64(4, BigInt(startUs));
  head.setBigInt64(12, 20_000n);
  return [...new Uint8Array(head.buffer), ...data];
}

function laidOut(...packets: number[][]): Uint8Array {
  const text = JSON.stringify({
    codec: 'opus',
    sampleRate: 48000,
    channels: 2,
    description: btoa('\x01\x02'),
  });
  const format = new TextEncoder().encode(text);
  return Uint8Array.from([0, 0, 0, format.length, ...format, ...packets.flat()]);
}

function inPieces(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size)
        controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
}

test.each([1, 7, 1000])('sound in pieces of %d bytes', async (size) => {
  const bytes = laidOut(packet(0, [1, 2, 3]), packet(2 ** 40, [4]));
  const sound = await readSound(inPieces(bytes, size));
  expect(sound.format).toMatchObject({ codec: 'opus', sampleRate: 48000, channels: 2 });
  expect([...sound.format.description]).toEqual([1, 2]);
  const packets = [];
  for await (const one of sound.packets) packets.push([one.startUs, [...one.data]]);
  expect(packets).toEqual([
    [0, [1, 2, 3]],
    [2 ** 40, [4]],
  ]);
});

test('sound that is cut off is no shorter sound', async () => {
  const bytes = laidOut(packet(0, [1, 2, 3]));
  const sound = await readSound(inPieces(bytes.slice(0, -1), 16));
  await expect(sound.packets.next()).rejects.toThrow('cut off');
});
