import { createInflateRaw } from 'node:zlib';
import type { ByteSource } from '../kernel/byte-source.ts';
import { piecesOf } from '../kernel/pieces-of.ts';
import { through } from '../kernel/through.ts';

/** A file in a zip. */
export interface ZipEntry {
  readonly name: string;
  /** Its bytes once they are unpacked. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: number;
  /** Where its own header begins. */
  readonly place: number;
}

const END = { signature: 0x06054b50, size: 22, longestComment: 0xffff };
const ENTRY = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
const [STORED, DEFLATED] = [0, 8];

/** A workbook has a dozen files; a directory of more than this is none of one. */
const LARGEST_DIRECTORY = 1 << 22;

/** The files of a zip as its directory lists them; throws where it is none, or one of more than four gigabytes. */
export async function zipEntries(source: ByteSource): Promise<ZipEntry[]> {
  const from = Math.max(0, source.size - END.size - END.longestComment);
  const tail = viewOf(await source.read(from, source.size - from));
  let end = tail.byteLength - END.size;
  while (end >= 0 && tail.getUint32(end, true) !== END.signature) end -= 1;
  if (end < 0) throw new Error('no zip');
  const [length, place] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  if (length > LARGEST_DIRECTORY) throw new Error('a directory too large');
  const directory = viewOf(await source.read(place, length));
  const entries: ZipEntry[] = [];
  for (let at = 0; at < directory.byteLength; ) {
    if (directory.getUint32(at, true) !== ENTRY.signature) throw new Error('no directory');
    const [name, extra, comment] = [28, 30, 32].map((offset) => directory.getUint16(at + offset, true));
    const nameEnd = at + ENTRY.size + (name ?? 0);
    const bytes = new Uint8Array(directory.buffer, directory.byteOffset + at + ENTRY.size, name);
    entries.push({
      name: Buffer.from(bytes).toString('utf8'),
      size: directory.getUint32(at + 24, true),
      packedSize: directory.getUint32(at + 20, true),
      method: directory.getUint16(at + 10, true),
      place: directory.getUint32(at + 42, true),
    });
    at = nameEnd + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

/** The unpacked bytes of a file; throws where they are not what the directory says. */
export async function* unzipped(source: ByteSource, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const local = viewOf(await source.read(entry.place, LOCAL.size));
  if (local.getUint32(0, true) !== LOCAL.signature) throw new Error('no file in the zip');
  const start = entry.place + LOCAL.size + local.getUint16(26, true) + local.getUint16(28, true);
  const packed = piecesOf(source, start, start + entry.packedSize);
  if (entry.method !== STORED && entry.method !== DEFLATED) throw new Error('packed in another way');
  let size = 0;
  for await (const piece of entry.method === STORED ? packed : through(packed, createInflateRaw())) {
    size += piece.length;
    if (size > entry.size) throw new Error('longer than it says');
    yield piece;
  }
  if (size !== entry.size) throw new Error('shorter than it says');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
