import { KeyIndex } from './key-index.ts';
import { RecordList } from './record-list.ts';
import type { Scratch } from './scratch.ts';

/** A set of names in a scratch; memory holds some 24 bytes for each. */
export class LaidAsideNames {
  readonly #names: RecordList<string>;
  readonly #index = new KeyIndex();

  constructor(scratch: Scratch) {
    this.#names = new RecordList(scratch);
  }

  add(name: string): void {
    if (this.has(name)) return;
    this.#names.push(name);
    this.#index.add(name);
  }

  has(name: string): boolean {
    return this.#index.findLast(name, (number) => this.#names.get(number) === name) !== undefined;
  }
}
