import { ArrayBufferTarget, FileSystemWritableFileStreamTarget } from 'mp4-muxer';

/** Where the composed video is written to while it grows. */
export interface Scratch {
  readonly target: ArrayBufferTarget | FileSystemWritableFileStreamTarget;
  /** The finished file; the muxer must have finished before. */
  finish(): Promise<Blob>;
  /** Throw away what was written. */
  discard(): Promise<void>;
}

const PREFIX = 'composed-';
let ownName: string | null = null;

/** The browser's own private disk where there is one, so that hours of video fit; memory elsewhere. */
export async function openScratch(): Promise<Scratch> {
  return (await onDisk()) ?? inMemory();
}

async function onDisk(): Promise<Scratch | null> {
  try {
    const folder = await navigator.storage.getDirectory();
    await clearOfClosedPages(folder);
    ownName ??= await newName();
    const name = ownName;
    const handle = await folder.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    return {
      target: new FileSystemWritableFileStreamTarget(stream),
      async finish() {
        await stream.close();
        return handle.getFile();
      },
      async discard() {
        await stream.abort();
        await folder.removeEntry(name);
      },
    };
  } catch {
    return null; // no such disk, or no room on it
  }
}

/** A file of this page alone. The browser keeps the lock of that name for as long as the page is open. */
async function newName(): Promise<string> {
  const name = `${PREFIX}${crypto.randomUUID()}.mp4`;
  await new Promise<void>((taken) => {
    void navigator.locks.request(name, () => {
      taken();
      return new Promise<never>(() => {});
    });
  });
  return name;
}

/** The browser reads a file for as long as it saves it, so a page clears away what others left. */
async function clearOfClosedPages(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of folder.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await folder.removeEntry(name);
    });
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
