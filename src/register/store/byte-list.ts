import { NumberList } from './number-list.ts';
import type { Scratch } from './scratch.ts';

/** What lies in the scratch begins with its length. */
const HEAD = 4;

/** Bytes in a scratch, by their number; memory holds eight bytes for each, its place. */
export class ByteList {
  readonly #scratch: Scratch;
  readonly #places = new NumberList();
  readonly #head = Buffer.alloc(HEAD);

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  get size(): number {
    return this.#places.size;
  }

  push(bytes: Uint8Array): void {
    this.#places.push(this.#append(bytes));
  }

  /** What was there stays in the scratch and is forgotten. */
  replace(number: number, bytes: Uint8Array): void {
    this.#places.set(number, this.#append(bytes));
  }

  /** Bytes that the next use of the scratch may overwrite. */
  get(number: number): Buffer {
    const place = this.#places.get(number);
    return this.#scratch.read(place + HEAD, this.#scratch.read(place, HEAD).readUInt32LE());
  }

  #append(bytes: Uint8Array): number {
    this.#head.writeUInt32LE(bytes.length);
    const place = this.#scratch.append(this.#head);
    this.#scratch.append(bytes);
    return place;
  }
}
