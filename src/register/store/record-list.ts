import { NumberList } from './number-list.ts';
import type { Scratch } from './scratch.ts';

/** A record begins with its length. */
const HEAD = 4;

/** JSON values in a scratch, by their number; memory holds eight bytes for each, its place. */
export class RecordList<T> {
  readonly #scratch: Scratch;
  readonly #places = new NumberList();
  #bytes = Buffer.allocUnsafe(1 << 12);

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Gives the number of the record. */
  push(record: T): number {
    this.#places.push(this.#write(record));
    return this.#places.size - 1;
  }

  /** What was there stays in the scratch and is forgotten. */
  replace(index: number, record: T): void {
    this.#places.set(index, this.#write(record));
  }

  get(index: number): T {
    const place = this.#places.get(index);
    const length = this.#scratch.read(place, HEAD).readUInt32LE();
    return JSON.parse(this.#scratch.read(place + HEAD, length).toString('utf8'));
  }

  #write(record: T): number {
    const text = JSON.stringify(record);
    if (3 * text.length + HEAD > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(3 * text.length + HEAD);
    const length = this.#bytes.write(text, HEAD);
    this.#bytes.writeUInt32LE(length);
    return this.#scratch.append(this.#bytes.subarray(0, HEAD + length));
  }
}
