import { Heap } from './heap.ts';
import { RunReader } from './run-reader.ts';
import type { Scratch } from './scratch.ts';

/** What is written at a time. */
const PIECE = 1 << 16;

/** Items put in order, of which memory never holds all: runs that are in order lie in a scratch, and are merged. */
export class SortedRuns<T> {
  readonly #scratch: Scratch;
  readonly #compare: (a: T, b: T) => number;
  readonly #runs: { readonly start: number; readonly end: number }[] = [];

  constructor(scratch: Scratch, compare: (a: T, b: T) => number) {
    this.#scratch = scratch;
    this.#compare = compare;
  }

  /** Lays a run aside, which puts the array in order. Nothing else may be put into the scratch meanwhile. */
  add(items: T[]): void {
    if (items.length === 0) return;
    items.sort(this.#compare);
    let [start, end, text]: [number | undefined, number, string] = [undefined, 0, ''];
    for (const [index, item] of items.entries()) {
      text += `${JSON.stringify(item)}\n`;
      if (text.length < PIECE && index < items.length - 1) continue;
      const bytes = Buffer.from(text);
      const place = this.#scratch.append(bytes);
      start ??= place;
      end = place + bytes.length;
      text = '';
    }
    this.#runs.push({ start: start ?? 0, end });
  }

  /** All items; those that compare equal in the order of their runs. */
  *inOrder(): Generator<T> {
    const readers = this.#runs.map(({ start, end }, order) => ({
      order,
      items: new RunReader<T>(this.#scratch, start, end),
    }));
    const heap = new Heap<{ readonly item: T; readonly from: (typeof readers)[number] }>(
      (a, b) => this.#compare(a.item, b.item) || a.from.order - b.from.order,
    );
    const advance = (from: (typeof readers)[number]): void => {
      const item = from.items.next();
      if (item !== undefined) heap.push({ item, from });
    };
    for (const reader of readers) advance(reader);
    for (let first = heap.pop(); first !== undefined; first = heap.pop()) {
      yield first.item;
      advance(first.from);
    }
  }
}
