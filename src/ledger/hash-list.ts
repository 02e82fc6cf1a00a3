/** Bytes of a SHA-256. */
export const HASH_BYTES = 32;

const BLOCK = 1 << 12;

/** Hashes one behind the other, 32 bytes each, in blocks: to copy a long list as it grows would take twice its memory. */
export class HashList {
  readonly #blocks: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(hash: Uint8Array): void {
    if (this.#size % BLOCK === 0) this.#blocks.push(Buffer.alloc(BLOCK * HASH_BYTES));
    this.#blocks.at(-1)?.set(hash, (this.#size % BLOCK) * HASH_BYTES);
    this.#size += 1;
  }

  get(index: number): Buffer {
    const block = index < this.#size ? this.#blocks[Math.floor(index / BLOCK)] : undefined;
    if (block === undefined) throw new RangeError(`there is no hash ${index}`);
    const at = (index % BLOCK) * HASH_BYTES;
    return block.subarray(at, at + HASH_BYTES);
  }
}
