import type { Scratch } from './scratch.ts';

const LINE_FEED = 0x0a;

/** What is read at a time; several hundred runs may be read at once. */
const WINDOW = 1 << 12;

/** JSON values of a scratch, a line each, between two places, read one after the other. */
export class RunReader<T> {
  readonly #scratch: Scratch;
  readonly #end: number;
  #place: number;
  #window: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(scratch: Scratch, start: number, end: number) {
    this.#scratch = scratch;
    this.#place = start;
    this.#end = end;
  }

  /** Undefined after the last. */
  next(): T | undefined {
    let lineEnd = this.#window.indexOf(LINE_FEED, this.#at);
    while (lineEnd === -1) {
      if (this.#place === this.#end) return undefined;
      const length = Math.min(WINDOW, this.#end - this.#place);
      const rest = this.#window.subarray(this.#at);
      this.#window = Buffer.concat([rest, this.#scratch.read(this.#place, length)]);
      this.#at = 0;
      this.#place += length;
      lineEnd = this.#window.indexOf(LINE_FEED, rest.length);
    }
    const line = this.#window.toString('utf8', this.#at, lineEnd);
    this.#at = lineEnd + 1;
    return JSON.parse(line);
  }
}
