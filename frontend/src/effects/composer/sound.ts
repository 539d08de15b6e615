import { t } from '../../i18n/t';

/** The source's sound as the server hands it out; `backend/media/sound.py` says how it is laid out. */
export interface SoundFormat {
  readonly codec: 'mp4a.40.2' | 'opus';
  readonly sampleRate: number;
  readonly channels: number;
  readonly description: Uint8Array<ArrayBuffer>;
}

export interface SoundPacket {
  readonly startUs: number;
  readonly durationUs: number;
  readonly data: Uint8Array;
}

export interface Sound {
  readonly format: SoundFormat;
  readonly packets: AsyncGenerator<SoundPacket>;
}

const PACKET_HEAD = 20; // bytes: its length, its start, its duration

/** Read the format, and then packets as they come. */
export async function readSound(stream: ReadableStream<Uint8Array>): Promise<Sound> {
  const bytes = new ByteReader(stream);
  const head = await bytes.take(4);
  if (!head) throw new Error(t('The sound is cut off; try again.'));
  const text = await bytes.take(view(head).getUint32(0));
  if (!text) throw new Error(t('The sound is cut off; try again.'));
  const said = JSON.parse(new TextDecoder().decode(text));
  const description = Uint8Array.from(atob(said.description), (char) => char.charCodeAt(0));
  return { format: { ...said, description }, packets: packetsOf(bytes) };
}

async function* packetsOf(bytes: ByteReader): AsyncGenerator<SoundPacket> {
  for (;;) {
    const head = await bytes.take(PACKET_HEAD);
    if (!head) return;
    const fields = view(head);
    const data = await bytes.take(fields.getUint32(0));
    if (!data) throw new Error(t('The sound is cut off; try again.'));
    const startUs = Number(fields.getBigInt64(4));
    yield { startUs, durationUs: Number(fields.getBigInt64(12)), data };
  }
}

/** Takes exact numbers of bytes from a stream of pieces of any size. */
class ByteReader {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private waiting = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.reader = stream.getReader();
  }

  /** The next `count` bytes; null at the end. Throws where the end comes in between. */
  async take(count: number): Promise<Uint8Array | null> {
    while (this.waiting.length < count) {
      const { value, done } = await this.reader.read();
      if (done) {
        if (this.waiting.length === 0) return null;
        throw new Error(t('The sound is cut off; try again.'));
      }
      const joined = new Uint8Array(this.waiting.length + value.length);
      joined.set(this.waiting);
      joined.set(value, this.waiting.length);
      this.waiting = joined;
    }
    const taken = this.waiting.slice(0, count);
    this.waiting = this.waiting.subarray(count);
    return taken;
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
