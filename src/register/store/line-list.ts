import { NumberList } from './number-list.ts';
import type { Scratch } from './scratch.ts';

const BLOCK = 1 << 16;
const LINE_FEED = 0x0a;

/** Lines of text in a scratch, which are read as they came, one after the other; memory holds some kilobytes of them. */
export class LineList {
  readonly #scratch: Scratch;
  readonly #places = new NumberList();
  readonly #lengths = new NumberList();
  #waiting = Buffer.alloc(BLOCK);
  #filled = 0;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** A text without line feed. */
  push(line: string): void {
    const most = 3 * line.length + 1;
    if (this.#filled + most > this.#waiting.length) this.#flush();
    if (most > this.#waiting.length) this.#waiting = Buffer.alloc(most);
    this.#filled += this.#waiting.write(line, this.#filled);
    this.#waiting[this.#filled] = LINE_FEED;
    this.#filled += 1;
  }

  #flush(): void {
    if (this.#filled === 0) return;
    this.#places.push(this.#scratch.append(this.#waiting.subarray(0, this.#filled)));
    this.#lengths.push(this.#filled);
    this.#filled = 0;
  }

  *[Symbol.iterator](): Generator<string> {
    this.#flush();
    for (let block = 0; block < this.#places.size; block += 1) {
      const bytes = this.#scratch.read(this.#places.get(block), this.#lengths.get(block));
      for (const line of bytes.toString('utf8').slice(0, -1).split('\n')) yield line;
    }
  }
}
