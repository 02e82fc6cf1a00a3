/** The numbers of items by the group that each is in, in order; four bytes an item. */
export class Grouping {
  readonly #ends: Int32Array;
  readonly #items: Int32Array;

  /** `groupOf[item]` is the item's group, negative for one that is in none. */
  constructor(groupOf: Int32Array, groups: number) {
    const starts = new Int32Array(groups + 1);
    for (const group of groupOf) if (group >= 0) starts[group + 1] = (starts[group + 1] ?? 0) + 1;
    for (let group = 0; group < groups; group += 1) starts[group + 1] = (starts[group + 1] ?? 0) + (starts[group] ?? 0);
    this.#items = new Int32Array(starts[groups] ?? 0);
    for (const [item, group] of groupOf.entries()) {
      if (group < 0) continue;
      const at = starts[group] ?? 0;
      this.#items[at] = item;
      starts[group] = at + 1;
    }
    this.#ends = starts;
  }

  of(group: number): Int32Array {
    return this.#items.subarray(group === 0 ? 0 : this.#ends[group - 1], this.#ends[group]);
  }
}
