import type { Validity } from './vector-memory.ts';

/**
 * Overwrites what stands behind nulls, of `rows` values from `at` on. DuckDB leaves there whatever its memory held: the
 * very value that was withheld, or one of somebody who is not in the output. A reader of Arrow skips it, but the bytes
 * would be in the recipient's file.
 */
export function blankNulls(items: Int32Array | Float64Array, at: number, validity: Validity, rows: number): void;
export function blankNulls(items: BigInt64Array, at: number, validity: Validity, rows: number): void;
export function blankNulls(
  items: Int32Array | Float64Array | BigInt64Array,
  at: number,
  validity: Validity,
  rows: number,
): void {
  if (validity === undefined) return;
  for (let row = 0; row < rows; row += 1) {
    const byte = validity[row >> 3] ?? 0;
    if (byte === 0xff) row |= 7;
    else if ((byte & (1 << (row & 7))) === 0) {
      if (items instanceof BigInt64Array) items[at + row] = 0n;
      else items[at + row] = 0;
    }
  }
}
