import {
  DuckDBBigIntVector,
  DuckDBDateVector,
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  DuckDBVarCharVector,
  type DuckDBVector,
} from '@duckdb/node-api';
import { getStringBytes } from '@duckdb/node-api/lib/vectors/dataAccessors.js';

/**
 * The values of a vector as DuckDB has them in memory, copied once. The client keeps them private; its public way costs
 * one call and one object a value. The layouts are those of DuckDB's C interface (duckdb.h), and the client's version is
 * pinned.
 */
export type VectorMemory = { readonly validity: Validity } & (
  | { readonly type: 'bigint'; readonly items: BigInt64Array }
  | { readonly type: 'integer' | 'date'; readonly items: Int32Array }
  | { readonly type: 'double'; readonly items: Float64Array }
  | { readonly type: 'text'; readonly entries: Uint8Array }
);

/**
 * One bit a row, lowest first, set where there is a value; undefined if every row has one. Where a row is null, anything
 * may stand among the values.
 */
export type Validity = Uint8Array | undefined;

/**
 * A text stands in an entry of sixteen bytes: its length in bytes (32 bits), then up to twelve bytes of text with zeroes
 * behind; or, of a longer one, its first four bytes and a pointer to all of it.
 */
export const ENTRY_BYTES = 16;
export const INLINE_BYTES = 12;

/** Undefined for a type that nothing here reads. */
export function memoryOf(vector: DuckDBVector): VectorMemory | undefined {
  if (vector instanceof DuckDBVarCharVector) {
    const { buffer, byteOffset, byteLength } = vector['dataView'];
    const entries = new Uint8Array(buffer, byteOffset, byteLength);
    return { type: 'text', entries, validity: bits(vector['validity']['data']) };
  }
  if (vector instanceof DuckDBBigIntVector) {
    return { type: 'bigint', items: vector['items'], validity: bits(vector['validity']['data']) };
  }
  if (vector instanceof DuckDBIntegerVector) {
    return { type: 'integer', items: vector['items'], validity: bits(vector['validity']['data']) };
  }
  if (vector instanceof DuckDBDateVector) {
    return { type: 'date', items: vector['items'], validity: bits(vector['validity']['data']) };
  }
  if (vector instanceof DuckDBDoubleVector) {
    return { type: 'double', items: vector['items'], validity: bits(vector['validity']['data']) };
  }
  return undefined;
}

export function isValid(validity: Validity, row: number): boolean {
  return validity === undefined || ((validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

/** A copy of `length` bytes, more than INLINE_BYTES of them, from where a pointer of an entry points. */
export function bytesAt(pointer: number, length: number): Uint8Array {
  if (!Number.isSafeInteger(pointer)) throw new Error('DuckDB: an address has more bits than a number');
  // The client reads memory only through an entry, so it gets one.
  const entry = new DataView(new ArrayBuffer(ENTRY_BYTES));
  entry.setUint32(0, length, true);
  entry.setBigUint64(8, BigInt(pointer), true);
  return getStringBytes(entry, 0);
}

/** Writes values into a vector of their type, all its rows, from row `from` on; `from` is a multiple of eight. */
export function fill(vector: DuckDBVector, memory: VectorMemory, from: number): void {
  const rows = vector.itemCount;
  if (memory.type === 'text' && vector instanceof DuckDBVarCharVector) {
    vector['validity']['data'] = words(memory.validity, from, rows);
    // The client has no way to copy entries; but what this vector does with two numbers a row is just that.
    const pairs = new BigInt64Array(memory.entries.buffer, memory.entries.byteOffset + from * ENTRY_BYTES, rows * 2);
    new DuckDBBigIntVector(pairs, vector['validity'], vector['vector']).flush();
  } else if (memory.type === 'bigint' && vector instanceof DuckDBBigIntVector) {
    vector['items'].set(memory.items.subarray(from, from + rows));
    vector['validity']['data'] = words(memory.validity, from, rows);
    vector.flush();
  } else if (memory.type === 'double' && vector instanceof DuckDBDoubleVector) {
    vector['items'].set(memory.items.subarray(from, from + rows));
    vector['validity']['data'] = words(memory.validity, from, rows);
    vector.flush();
  } else if (memory.type === 'date' && vector instanceof DuckDBDateVector) {
    vector['items'].set(memory.items.subarray(from, from + rows));
    vector['validity']['data'] = words(memory.validity, from, rows);
    vector.flush();
  } else throw new Error(`DuckDB: ${memory.type} values for a column of type ${vector.type}`);
}

function words(validity: Validity, from: number, rows: number): BigUint64Array | null {
  if (validity === undefined) return null;
  const copy = new Uint8Array(Math.ceil(rows / 64) * 8);
  copy.set(validity.subarray(from >> 3, (from + rows + 7) >> 3));
  return new BigUint64Array(copy.buffer);
}

function bits(words: BigUint64Array | null): Validity {
  return words === null ? undefined : new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
