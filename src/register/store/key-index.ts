/**
 * Finds the records of a key without holding the keys: of each only a hash of 32 bits and the record before it with
 * the same place in the table, 12 to 16 bytes in all. Whoever asks looks at the record itself.
 */
export class KeyIndex {
  #heads = new Int32Array(1 << 10).fill(-1);
  #hashes = new Int32Array(1 << 10);
  #before = new Int32Array(1 << 10);
  #size = 0;

  /** The key of the next record: the first added is of record 0. */
  add(key: string): void {
    if (this.#size === this.#hashes.length) this.#grow();
    const hash = hashOf(key);
    this.#hashes[this.#size] = hash;
    this.#link(this.#size, hash);
    this.#size += 1;
  }

  /** The last record of the key for which the test holds; tests have to look at the key as well. */
  findLast(key: string, isIt: (record: number) => boolean): number | undefined {
    const hash = hashOf(key);
    for (let at = this.#heads[hash & (this.#heads.length - 1)] ?? -1; at >= 0; at = this.#before[at] ?? -1) {
      if (this.#hashes[at] === hash && isIt(at)) return at;
    }
    return undefined;
  }

  #link(record: number, hash: number): void {
    const slot = hash & (this.#heads.length - 1);
    this.#before[record] = this.#heads[slot] ?? -1;
    this.#heads[slot] = record;
  }

  #grow(): void {
    const width = this.#hashes.length * 2;
    this.#hashes = widened(this.#hashes, width);
    this.#before = new Int32Array(width);
    this.#heads = new Int32Array(width).fill(-1);
    for (let record = 0; record < this.#size; record += 1) this.#link(record, this.#hashes[record] ?? 0);
  }
}

function widened(numbers: Int32Array, width: number): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(width);
  wide.set(numbers);
  return wide;
}

/** FNV-1a over code units, its bits mixed so that the low ones depend on all. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) | 0;
}
