import { ArrayBufferTarget, FileSystemWritableFileStreamTarget } from 'mp4-muxer';

/** Where the composed video is written to while it grows. */
export interface Scratch {
  readonly target: ArrayBufferTarget | FileSystemWritableFileStreamTarget;
  /** The finished file; the muxer must have finished before. */
  finish(): Promise<Blob>;
  /** Throw away what was written. */
  discard(): Promise<void>;
}

const NAME = 'composed.mp4';

/** The browser's own private disk where there is one, so that hours of video fit; memory elsewhere. */
export async function openScratch(): Promise<Scratch> {
  return (await onDisk()) ?? inMemory();
}

async function onDisk(): Promise<Scratch | null> {
  try {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle(NAME, { create: true });
    const stream = await handle.createWritable();
    return {
      target: new FileSystemWritableFileStreamTarget(stream),
      async finish() {
        await stream.close();
        return handle.getFile();
      },
      async discard() {
        await stream.abort();
        await folder.removeEntry(NAME);
      },
    };
  } catch {
    return null; // no such disk, or no room on it
  }
}

function inMemory(): Scratch {
  const target = new ArrayBufferTarget();
  return {
    target,
    finish: async () => new Blob([target.buffer], { type: 'video/mp4' }),
    discard: async () => {},
  };
}
