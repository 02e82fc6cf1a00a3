import type { FileHandle } from 'node:fs/promises';

/** Reads `bytes` bytes, or fewer only where the file ends: a single read may always bring less than was asked for. */
export async function readFully(
  bytes: number,
  read: (into: Buffer, offset: number) => Promise<number>,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const got = await read(buffer.subarray(filled), filled);
    if (got === 0) break;
    filled += got;
  }
  return buffer.subarray(0, filled);
}

/** The same of a file of the outbox, from `position` on. */
export function readSource(source: FileHandle, position: number, bytes: number): Promise<Buffer> {
  return readFully(bytes, async (into, at) => (await source.read(into, 0, into.length, position + at)).bytesRead);
}
