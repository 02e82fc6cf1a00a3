import { bytesAt, ENTRY_BYTES, INLINE_BYTES, isValid, type Validity } from './vector-memory.ts';

/** No memory is mapped in smaller pieces: if a byte of a page can be read, all of the page can. */
const PAGE_BYTES = 4096;
const RUN_BYTES = 1024 * 1024;
/** Up to here, copying byte by byte is quicker than a call. */
const LOOP_BYTES = 48;
const LARGEST_OFFSET = 2 ** 31 - 1;

/** The texts of several vectors, end to end, with the offsets that Arrow has for them. */
export class TextCollector {
  readonly offsets: Int32Array;
  #bytes: Uint8Array;
  #rows = 0;
  #length = 0;

  constructor(capacity: number) {
    this.offsets = new Int32Array(capacity + 1);
    this.#bytes = new Uint8Array(capacity * INLINE_BYTES);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  add(entries: Uint8Array, validity: Validity, rows: number): void {
    const words = new Uint32Array(entries.buffer, entries.byteOffset, rows * (ENTRY_BYTES / 4));
    this.#reserve(totalLength(words, validity, rows));
    const { offsets } = this;
    const bytes = this.#bytes;
    const longer = new LongTexts(words, validity, rows, bytes);
    let at = this.#length;
    for (let row = 0; row < rows; row += 1) {
      if (isValid(validity, row)) {
        const length = words[row * 4] ?? 0;
        if (length <= INLINE_BYTES) {
          const from = row * ENTRY_BYTES + 4;
          for (let index = 0; index < length; index += 1) bytes[at + index] = entries[from + index] ?? 0;
        } else longer.copy(row, at);
        at += length;
      }
      offsets[this.#rows + row + 1] = at;
    }
    longer.finish();
    this.#length = at;
    this.#rows += rows;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > LARGEST_OFFSET) throw new Error('the texts of a record batch are longer than its offsets can say');
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.bytes);
    this.#bytes = larger;
  }
}

/**
 * Copies the texts of a vector that its entries only point to. Fetching one from DuckDB's memory costs more than a
 * microsecond, however short it is. But a vector's texts lie in one heap, mostly one behind the other, so they are
 * fetched in runs: all texts from one on, as far as no page lies between two of them that neither touches.
 */
class LongTexts {
  readonly #words: Uint32Array;
  readonly #validity: Validity;
  readonly #rows: number;
  readonly #target: Uint8Array;
  #run: Uint8Array = new Uint8Array(0);
  /** Pointers to both ends of the run. */
  #start = 0;
  #end = 0;
  /** Texts that lie one behind the other in the run and in the target are copied at one go: from, to, length. */
  #from = 0;
  #to = 0;
  #length = 0;

  constructor(words: Uint32Array, validity: Validity, rows: number, target: Uint8Array) {
    this.#words = words;
    this.#validity = validity;
    this.#rows = rows;
    this.#target = target;
  }

  copy(row: number, to: number): void {
    const pointer = pointerOf(this.#words, row);
    const length = this.#words[row * 4] ?? 0;
    if (pointer < this.#start || pointer + length > this.#end) {
      this.finish();
      this.#fetch(row);
    }
    const from = pointer - this.#start;
    if (from === this.#from + this.#length && to === this.#to + this.#length) {
      this.#length += length;
      return;
    }
    this.finish();
    this.#from = from;
    this.#to = to;
    this.#length = length;
  }

  finish(): void {
    if (this.#length > LOOP_BYTES) {
      this.#target.set(this.#run.subarray(this.#from, this.#from + this.#length), this.#to);
    } else {
      const run = this.#run;
      const target = this.#target;
      const from = this.#from;
      const to = this.#to;
      for (let index = 0; index < this.#length; index += 1) target[to + index] = run[from + index] ?? 0;
    }
    this.#length = 0;
  }

  #fetch(row: number): void {
    this.#start = pointerOf(this.#words, row);
    this.#end = endOfRun(this.#words, this.#validity, this.#rows, row);
    this.#run = bytesAt(this.#start, this.#end - this.#start);
  }
}

/** Where a run ends that begins with the text of a row: behind the last text that can be fetched together with it. */
export function endOfRun(words: Uint32Array, validity: Validity, rows: number, row: number): number {
  const start = pointerOf(words, row);
  let end = start + (words[row * 4] ?? 0);
  for (let next = row + 1; next < rows; next += 1) {
    const length = words[next * 4] ?? 0;
    if (length <= INLINE_BYTES || !isValid(validity, next)) continue;
    const pointer = pointerOf(words, next);
    if (pointer < start || page(pointer) > page(end - 1) + 1 || pointer + length - start > RUN_BYTES) break;
    end = Math.max(end, pointer + length);
  }
  return end;
}

function pointerOf(words: Uint32Array, row: number): number {
  return (words[row * 4 + 2] ?? 0) + (words[row * 4 + 3] ?? 0) * 2 ** 32;
}

function page(pointer: number): number {
  return Math.floor(pointer / PAGE_BYTES);
}

function totalLength(words: Uint32Array, validity: Validity, rows: number): number {
  let total = 0;
  for (let row = 0; row < rows; row += 1) if (isValid(validity, row)) total += words[row * 4] ?? 0;
  return total;
}
