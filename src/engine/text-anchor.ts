import { BLOB, blobValue, DuckDBBlobVector, DuckDBDataChunk } from '@duckdb/node-api';
import { ENTRY_BYTES, INLINE_BYTES } from './vector-memory.ts';

/**
 * Bytes in DuckDB's memory, for the entries of texts to point to. Handing texts over one at a time costs a call each;
 * this way a window of a column is one call, and its texts are appended as if DuckDB had them already.
 */
export class TextAnchor {
  readonly #chunk = DuckDBDataChunk.create([BLOB], 1);

  /** Copies the bytes and returns where they are, until the next call on this anchor or its end. */
  pin(bytes: Uint8Array): number {
    // A short blob would stand in its entry.
    if (bytes.length <= INLINE_BYTES) return 0;
    this.#chunk.reset();
    this.#chunk.rowCount = 1;
    const vector = this.#chunk.getColumnVector(0);
    vector.setItem(0, blobValue(bytes));
    vector.flush();
    // Vectors show a copy of what was there when they were asked for; this makes the chunk forget the old one.
    this.#chunk.rowCount = 1;
    const blob = this.#chunk.getColumnVector(0);
    if (!(blob instanceof DuckDBBlobVector)) throw new Error('DuckDB: a blob column has another vector');
    return Number(blob['dataView'].getBigUint64(8, true));
  }
}

/**
 * The entries of texts that lie end to end in `bytes`: text n from `starts[n]` to `starts[n + 1]`. The bytes must be
 * pinned at `base` for as long as the entries are used.
 */
export function textEntries(starts: Uint32Array, bytes: Uint8Array, base: number): Uint8Array {
  const rows = starts.length - 1;
  const entries = new Uint8Array(rows * ENTRY_BYTES);
  const words = new Uint32Array(entries.buffer);
  for (let row = 0; row < rows; row += 1) {
    const start = starts[row] ?? 0;
    const length = (starts[row + 1] ?? 0) - start;
    words[row * 4] = length;
    const shown = length <= INLINE_BYTES ? length : 4;
    const to = row * ENTRY_BYTES + 4;
    for (let index = 0; index < shown; index += 1) entries[to + index] = bytes[start + index] ?? 0;
    if (length > INLINE_BYTES) pointTo(words, row, base + start);
  }
  return entries;
}

/** Makes the entry of a row point to its text. */
export function pointTo(words: Uint32Array, row: number, pointer: number): void {
  words[row * 4 + 2] = pointer % 2 ** 32;
  words[row * 4 + 3] = Math.floor(pointer / 2 ** 32);
}
