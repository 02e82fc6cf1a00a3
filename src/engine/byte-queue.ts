const GONE = new Uint8Array(0);

/** Bytes on their way through, in the chunks they came in; nothing is copied but what `takeFirst` and `takeLast` return. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Chunks before this one are gone; the array is cut only now and then, as that moves all the others. */
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The oldest chunk, if at least `keep` bytes stay behind without it. */
  shift(keep = 0): Uint8Array | undefined {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined || this.#length - chunk.length < keep) return undefined;
    this.#length -= chunk.length;
    this.#chunks[this.#first] = GONE;
    this.#first += 1;
    if (this.#first * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
    return chunk;
  }

  /** Takes `count` bytes, or as many as there are, from the front. */
  takeFirst(count: number): Uint8Array {
    const taken = Buffer.alloc(Math.min(count, this.#length));
    let at = 0;
    for (let chunk = this.#chunks[this.#first]; chunk !== undefined && at < taken.length; ) {
      const part = chunk.subarray(0, taken.length - at);
      taken.set(part, at);
      at += part.length;
      this.#chunks[this.#first] = chunk.subarray(part.length);
      if (part.length === chunk.length) this.#first += 1;
      chunk = this.#chunks[this.#first];
    }
    this.#length -= taken.length;
    return taken;
  }

  /** Takes `count` bytes, or as many as there are, from the back. */
  takeLast(count: number): Uint8Array {
    const taken = Buffer.alloc(Math.min(count, this.#length));
    let end = taken.length;
    for (let chunk = this.#chunks.pop(); chunk !== undefined; chunk = this.#chunks.pop()) {
      const part = chunk.subarray(Math.max(0, chunk.length - end));
      end -= part.length;
      taken.set(part, end);
      if (end > 0) continue;
      this.#chunks.push(chunk.subarray(0, chunk.length - part.length));
      break;
    }
    this.#length -= taken.length;
    return taken;
  }
}
