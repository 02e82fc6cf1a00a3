import type { ByteSource } from './byte-source.ts';

const PIECE = 1 << 16;

/** The bytes from one place to another, piece by piece. */
export async function* piecesOf(source: ByteSource, start = 0, end = source.size): AsyncGenerator<Uint8Array> {
  for (let place = start; place < end; ) {
    const piece = await source.read(place, Math.min(PIECE, end - place));
    if (piece.length === 0) return; // shorter than it said
    yield piece;
    place += piece.length;
  }
}
