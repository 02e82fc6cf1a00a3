import { TextBytes } from '../../kernel/text-bytes.ts';
import { ByteList } from './byte-list.ts';
import type { Scratch } from './scratch.ts';

/** JSON values in a scratch, by their number. */
export class RecordList<T> {
  readonly #list: ByteList;
  readonly #bytes = new TextBytes();

  constructor(scratch: Scratch) {
    this.#list = new ByteList(scratch);
  }

  get size(): number {
    return this.#list.size;
  }

  /** Gives the number of the record. */
  push(record: T): number {
    this.#list.push(this.#bytes.of(JSON.stringify(record)));
    return this.size - 1;
  }

  replace(number: number, record: T): void {
    this.#list.replace(number, this.#bytes.of(JSON.stringify(record)));
  }

  get(number: number): T {
    return JSON.parse(this.#list.get(number).toString('utf8'));
  }
}
