import { isAscii, isUtf8 } from 'node:buffer';
import { type ArrowFile, ArrowFileError, bufferOf, type ColumnPlace, part } from './arrow-file.ts';
import { pointTo, TextAnchor, textEntries } from './text-anchor.ts';
import { ENTRY_BYTES, INLINE_BYTES, isValid, type Validity } from './vector-memory.ts';

/** A window of a column is pinned as one blob, of at most so many bytes. */
const LARGEST_TEXT = 2 ** 32 - 1;

/** What the texts of one column need to be read, window after window: each read replaces what the last one pinned. */
export class TextReader {
  readonly #file: ArrowFile;
  /** In words, for errors. */
  readonly #column: string;
  readonly #anchors: TextAnchor[] = [];

  constructor(file: ArrowFile, column: string) {
    this.#file = file;
    this.#column = column;
  }

  /** The entries of rows whose texts lie end to end, told apart by offsets of so many bits. */
  async packed(
    place: ColumnPlace,
    offsetBits: 32 | 64,
    from: number,
    rows: number,
    validity: Validity,
  ): Promise<Uint8Array> {
    const width = offsetBits / 8;
    const bytes = await this.#file.read(part(bufferOf(place, 1), from * width, (rows + 1) * width));
    const { first, starts } = relative(bytes, offsetBits, rows);
    const texts = await this.#file.read(part(bufferOf(place, 2), first, starts[rows] ?? 0));
    if (!areTexts(texts, starts, validity)) throw this.#notText();
    return this.entries(starts, texts);
  }

  /** The entries of texts that are read already. */
  entries(starts: Uint32Array, texts: Uint8Array): Uint8Array {
    return textEntries(starts, texts, this.#anchor(0).pin(texts));
  }

  /** The entries of rows in the view layout: DuckDB's own, but with the number of a buffer and a place for a pointer. */
  async views(place: ColumnPlace, from: number, rows: number, validity: Validity): Promise<Uint8Array> {
    const entries = await this.#file.read(part(bufferOf(place, 1), from * ENTRY_BYTES, rows * ENTRY_BYTES));
    const words = new Uint32Array(entries.buffer, entries.byteOffset, rows * 4);
    const used = new Map<number, { from: number; to: number }>();
    for (let row = 0; row < rows; row += 1) {
      const at = row * ENTRY_BYTES;
      const length = isValid(validity, row) ? (words[row * 4] ?? 0) : 0;
      if (length > INLINE_BYTES) {
        const start = words[row * 4 + 3] ?? 0;
        const range = used.get(words[row * 4 + 2] ?? 0);
        if (range === undefined) used.set(words[row * 4 + 2] ?? 0, { from: start, to: start + length });
        else {
          range.from = Math.min(range.from, start);
          range.to = Math.max(range.to, start + length);
        }
      } else {
        words[row * 4] = length;
        // DuckDB compares short texts with the zeroes behind them.
        entries.fill(0, at + 4 + length, at + ENTRY_BYTES);
        if (!isUtf8(entries.subarray(at + 4, at + 4 + length))) throw this.#notText();
      }
    }
    const pinned = new Map<number, { bytes: Buffer; from: number; base: number }>();
    for (const [buffer, range] of used) {
      const bytes = await this.#file.read(part(bufferOf(place, 2 + buffer), range.from, range.to - range.from));
      pinned.set(buffer, { bytes, from: range.from, base: this.#anchor(buffer).pin(bytes) });
    }
    for (let row = 0; row < rows; row += 1) {
      const length = words[row * 4] ?? 0;
      const buffer = length > INLINE_BYTES ? pinned.get(words[row * 4 + 2] ?? 0) : undefined;
      if (buffer === undefined) continue;
      const start = (words[row * 4 + 3] ?? 0) - buffer.from;
      const text = buffer.bytes.subarray(start, start + length);
      if (!isUtf8(text)) throw this.#notText();
      // The first four bytes stand in the entry as well, and must be those of the text.
      entries.set(text.subarray(0, 4), row * ENTRY_BYTES + 4);
      pointTo(words, row, buffer.base + start);
    }
    return entries;
  }

  #anchor(index: number): TextAnchor {
    const anchor = this.#anchors[index] ?? new TextAnchor();
    this.#anchors[index] = anchor;
    return anchor;
  }

  #notText(): ArrowFileError {
    return new ArrowFileError(`has a value in column ${this.#column} that is not UTF-8`, 'arrow-text');
  }
}

/** The first offset, and all of them counted from there. They must not fall. */
function relative(bytes: Buffer, offsetBits: 32 | 64, rows: number): { first: number; starts: Uint32Array } {
  const offsets =
    offsetBits === 32
      ? new Int32Array(bytes.buffer, bytes.byteOffset, rows + 1)
      : Float64Array.from(new BigInt64Array(bytes.buffer, bytes.byteOffset, rows + 1), Number);
  const first = offsets[0] ?? 0;
  const starts = new Uint32Array(rows + 1);
  let last = first;
  for (let row = 0; row <= rows; row += 1) {
    const offset = offsets[row] ?? 0;
    if (offset < last || offset - first > LARGEST_TEXT)
      throw new ArrowFileError('has texts whose places make no sense');
    starts[row] = offset - first;
    last = offset;
  }
  if (first < 0) throw new ArrowFileError('has texts whose places make no sense');
  return { first, starts };
}

/** Whether each text is UTF-8. All bytes together are checked first: then it is enough that no text cuts a character. */
function areTexts(bytes: Buffer, starts: Uint32Array, validity: Validity): boolean {
  if (isAscii(bytes)) return true;
  const whole = isUtf8(bytes);
  for (let row = 0; row + 1 < starts.length; row += 1) {
    // Where a row is null, anything may stand.
    if (!isValid(validity, row)) continue;
    const start = starts[row] ?? 0;
    const end = starts[row + 1] ?? 0;
    if (whole ? cuts(bytes, start) || cuts(bytes, end) : !isUtf8(bytes.subarray(start, end))) return false;
  }
  return true;
}

/** Whether a byte goes on with a character that began before it. */
function cuts(bytes: Buffer, at: number): boolean {
  return at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80;
}
