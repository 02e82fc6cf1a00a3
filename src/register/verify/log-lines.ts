import { createGunzip } from 'node:zlib';
import type { ByteSource } from '../../kernel/byte-source.ts';
import { piecesOf } from '../../kernel/pieces-of.ts';
import { through } from '../../kernel/through.ts';

const LINE_FEED = 0x0a;

/** The log of millions of files unpacks to less; what unpacks to more would only fill the disk. */
const LARGEST = 2 ** 32;

/** An entry has some kilobytes, and one of a thousand files a megabyte. */
const LONGEST_LINE = 2 ** 26;

/** The lines of a gzip file, some at a time, empty ones left out; throws where it can't be read. */
export async function* logLines(file: ByteSource): AsyncGenerator<readonly string[]> {
  if (file.size === 0) throw new Error('an empty file is no gzip');
  let total = 0;
  let rest: Buffer[] = [];
  let waiting = 0;
  for await (const piece of through(piecesOf(file), createGunzip())) {
    total += piece.length;
    const end = piece.lastIndexOf(LINE_FEED);
    if (end === -1) rest.push(piece);
    else {
      yield linesOf(Buffer.concat([...rest, piece.subarray(0, end)]));
      rest = [piece.subarray(end + 1)];
      waiting = 0;
    }
    waiting += piece.length - end - 1;
    if (total > LARGEST || waiting > LONGEST_LINE) throw new Error('too large');
  }
  yield linesOf(Buffer.concat(rest));
}

function linesOf(bytes: Buffer): string[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
