const BLOCK = 1 << 14;

/** A list of numbers of eight bytes that grows in blocks: to copy a long one would take twice its memory. */
export class NumberList {
  readonly #blocks: Float64Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(value: number): void {
    if (this.#size % BLOCK === 0) this.#blocks.push(new Float64Array(BLOCK));
    this.#size += 1;
    this.set(this.#size - 1, value);
  }

  set(index: number, value: number): void {
    const block = this.#blocks[Math.floor(index / BLOCK)];
    if (block === undefined || index >= this.#size) throw new RangeError(`there is no number ${index}`);
    block[index % BLOCK] = value;
  }

  get(index: number): number {
    const value = index < this.#size ? this.#blocks[Math.floor(index / BLOCK)]?.[index % BLOCK] : undefined;
    if (value === undefined) throw new RangeError(`there is no number ${index}`);
    return value;
  }
}
