import type { Validity } from './vector-memory.ts';

/** The validity of the rows of a record batch, put together from that of several vectors: one bit a row, as in both. */
export class ValidityBits {
  readonly #capacity: number;
  #bits: Uint8Array | undefined;
  #rows = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get rows(): number {
    return this.#rows;
  }

  add(validity: Validity, rows: number): void {
    if (validity !== undefined && this.#bits === undefined) {
      // One byte more, so that shifted bits may spill over the end.
      this.#bits = new Uint8Array((this.#capacity >> 3) + 2);
      append(this.#bits, 0, undefined, this.#rows);
    }
    if (this.#bits !== undefined) append(this.#bits, this.#rows, validity, rows);
    this.#rows += rows;
  }

  /** As `makeData` takes it. */
  finish(): { readonly nullCount: number; readonly nullBitmap: Uint8Array | undefined } {
    if (this.#bits === undefined) return { nullCount: 0, nullBitmap: undefined };
    const nullBitmap = this.#bits.subarray(0, (this.#rows + 7) >> 3);
    return { nullCount: this.#rows - countOnes(nullBitmap), nullBitmap };
  }
}

/** Sets the bits of `rows` rows from bit `at` on, all of which are 0. */
function append(bits: Uint8Array, at: number, validity: Validity, rows: number): void {
  const shift = at & 7;
  let target = at >> 3;
  for (let row = 0, source = 0; row < rows; row += 8, source += 1, target += 1) {
    const left = rows - row;
    const byte = (validity?.[source] ?? 0xff) & (left < 8 ? (1 << left) - 1 : 0xff);
    bits[target] = (bits[target] ?? 0) | (byte << shift);
    bits[target + 1] = byte >> (8 - shift);
  }
}

function countOnes(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
