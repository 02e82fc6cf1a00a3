import { type FileHandle, open } from 'node:fs/promises';
import { errorCode } from './durable.ts';

const LINE_FEED = 0x0a;
const CHUNK = 1 << 18;

/** The finished lines of a file, as they were when it was opened. */
export interface Lines extends AsyncDisposable {
  readonly lines: AsyncGenerator<Uint8Array>;
  /** Whether something unfinished follows them. */
  readonly torn: boolean;
}

/** Needs no lock: what ends in a line feed is never changed. A file that is not there has no lines. */
export async function openLines(path: string): Promise<Lines> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return { lines: noLines(), torn: false, async [Symbol.asyncDispose]() {} };
  }
  try {
    const { size } = await file.stat();
    const end = await endOfLastLine(file, 0, size);
    return { lines: readLines(file, 0, end), torn: end < size, [Symbol.asyncDispose]: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* noLines(): AsyncGenerator<Uint8Array> {}

/** The lines, without their line feeds, of the bytes from `start` to `end`, which must follow and be a line feed. */
export async function* readLines(file: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0);
  for (let position = start; position < end; ) {
    const chunk = await readAt(file, position, Math.min(CHUNK, end - position));
    if (chunk.length === 0) return; // shorter than a moment ago: what is missing shows against the head
    position += chunk.length;
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      const line = chunk.subarray(from, at);
      from = at + 1;
      yield rest.length === 0 ? line : Buffer.concat([rest, line]);
      rest = Buffer.alloc(0);
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
  }
}

/** Where the last line before `size` ends, or `start`, a line end, if none does after it; what follows is torn. */
export async function endOfLastLine(file: FileHandle, start: number, size: number): Promise<number> {
  for (let end = size; end > start; end = Math.max(start, end - CHUNK)) {
    const from = Math.max(start, end - CHUNK);
    const at = (await readAt(file, from, end - from)).lastIndexOf(LINE_FEED);
    if (at !== -1) return from + at + 1;
  }
  return start;
}

/** Up to `length` bytes at `position`, fewer only where the file ends. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
