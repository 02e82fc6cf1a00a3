import { type Data, DateDay, Float64, Int64, makeData, Utf8 } from 'apache-arrow';
import type { ColumnType } from '../catalogue/dataset.ts';
import { blankNulls } from './blank-nulls.ts';
import { TextCollector } from './text-collector.ts';
import { ValidityBits } from './validity-bits.ts';
import type { VectorMemory } from './vector-memory.ts';

/** One column of a record batch in the making, out of the vectors of several chunks. */
export interface ArrowColumn {
  /** Bytes that the values take so far. */
  readonly bytes: number;
  /** Adds the first `rows` values; false, and nothing is added, if they are of another type. */
  add(memory: VectorMemory, rows: number): boolean;
  /** The values added. None may be added afterwards. */
  finish(): Data;
}

/** A column with room for `capacity` rows. */
export function arrowColumn(type: ColumnType, capacity: number): ArrowColumn {
  switch (type) {
    case 'text':
      return new TextColumn(capacity);
    case 'integer':
      return new IntegerColumn(capacity);
    case 'decimal':
      return new DecimalColumn(capacity);
    case 'date':
      return new DateColumn(capacity);
    default:
      return type satisfies never;
  }
}

class TextColumn implements ArrowColumn {
  readonly #texts: TextCollector;
  readonly #validity: ValidityBits;

  constructor(capacity: number) {
    this.#texts = new TextCollector(capacity);
    this.#validity = new ValidityBits(capacity);
  }

  get bytes(): number {
    return this.#texts.bytes.length + this.#validity.rows * Int32Array.BYTES_PER_ELEMENT;
  }

  add(memory: VectorMemory, rows: number): boolean {
    if (memory.type !== 'text') return false;
    this.#texts.add(memory.entries, memory.validity, rows);
    this.#validity.add(memory.validity, rows);
    return true;
  }

  finish(): Data {
    const length = this.#validity.rows;
    const valueOffsets = this.#texts.offsets.subarray(0, length + 1);
    return makeData({ type: new Utf8(), length, valueOffsets, data: this.#texts.bytes, ...this.#validity.finish() });
  }
}

class IntegerColumn implements ArrowColumn {
  readonly #items: BigInt64Array;
  readonly #halves: Int32Array;
  readonly #validity: ValidityBits;

  constructor(capacity: number) {
    this.#items = new BigInt64Array(capacity);
    this.#halves = new Int32Array(this.#items.buffer);
    this.#validity = new ValidityBits(capacity);
  }

  get bytes(): number {
    return this.#validity.rows * BigInt64Array.BYTES_PER_ELEMENT;
  }

  add(memory: VectorMemory, rows: number): boolean {
    const at = this.#validity.rows;
    if (memory.type === 'bigint') this.#items.set(memory.items.subarray(0, rows), at);
    else if (memory.type === 'integer') {
      // Both halves by hand: a bigint for every value would cost twenty times as much.
      for (let row = 0; row < rows; row += 1) {
        const value = memory.items[row] ?? 0;
        this.#halves[(at + row) * 2] = value;
        this.#halves[(at + row) * 2 + 1] = value >> 31;
      }
    } else return false;
    blankNulls(this.#items, at, memory.validity, rows);
    this.#validity.add(memory.validity, rows);
    return true;
  }

  finish(): Data {
    return makeData({ type: new Int64(), length: this.#validity.rows, data: this.#items, ...this.#validity.finish() });
  }
}

class DecimalColumn implements ArrowColumn {
  readonly #items: Float64Array;
  readonly #validity: ValidityBits;

  constructor(capacity: number) {
    this.#items = new Float64Array(capacity);
    this.#validity = new ValidityBits(capacity);
  }

  get bytes(): number {
    return this.#validity.rows * Float64Array.BYTES_PER_ELEMENT;
  }

  add(memory: VectorMemory, rows: number): boolean {
    if (memory.type !== 'double') return false;
    this.#items.set(memory.items.subarray(0, rows), this.#validity.rows);
    blankNulls(this.#items, this.#validity.rows, memory.validity, rows);
    this.#validity.add(memory.validity, rows);
    return true;
  }

  finish(): Data {
    return makeData({
      type: new Float64(),
      length: this.#validity.rows,
      data: this.#items,
      ...this.#validity.finish(),
    });
  }
}

class DateColumn implements ArrowColumn {
  readonly #items: Int32Array;
  readonly #validity: ValidityBits;

  constructor(capacity: number) {
    this.#items = new Int32Array(capacity);
    this.#validity = new ValidityBits(capacity);
  }

  get bytes(): number {
    return this.#validity.rows * Int32Array.BYTES_PER_ELEMENT;
  }

  add(memory: VectorMemory, rows: number): boolean {
    if (memory.type !== 'date') return false;
    this.#items.set(memory.items.subarray(0, rows), this.#validity.rows);
    blankNulls(this.#items, this.#validity.rows, memory.validity, rows);
    this.#validity.add(memory.validity, rows);
    return true;
  }

  finish(): Data {
    return makeData({
      type: new DateDay(),
      length: this.#validity.rows,
      data: this.#items,
      ...this.#validity.finish(),
    });
  }
}
