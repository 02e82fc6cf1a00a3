import { TextBytes } from '../../kernel/text-bytes.ts';
import { ByteList } from './byte-list.ts';
import type { Scratch } from './scratch.ts';

/** As much as is laid aside at once: a place for each line would be memory for nothing. */
const BLOCK = 1 << 16;

/** Lines of text in a scratch, which are read as they came, one after the other; memory holds a block of them. */
export class LineList {
  readonly #blocks: ByteList;
  readonly #bytes = new TextBytes();
  #waiting: string[] = [];
  #length = 0;

  constructor(scratch: Scratch) {
    this.#blocks = new ByteList(scratch);
  }

  /** A text without line feed. */
  push(line: string): void {
    this.#waiting.push(line);
    this.#length += line.length;
    if (this.#length >= BLOCK) this.#layAside();
  }

  #layAside(): void {
    if (this.#waiting.length === 0) return;
    this.#blocks.push(this.#bytes.of(this.#waiting.join('\n')));
    [this.#waiting, this.#length] = [[], 0];
  }

  *[Symbol.iterator](): Generator<string> {
    this.#layAside();
    for (let block = 0; block < this.#blocks.size; block += 1)
      yield* this.#blocks.get(block).toString('utf8').split('\n');
  }
}
