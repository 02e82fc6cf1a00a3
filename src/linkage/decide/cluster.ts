/** Weights between records, with the strongest evidence either way that is believed. */
export interface WeightedPairs {
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Log odds in bits. Pairs that are not listed count as the strongest evidence against. */
  readonly weight: Float64Array;
}

/** Ten bits, a thousand to one: more than this no single pair can say for or against joining two groups. */
export const STRONGEST = 10;

/** Weights from here on are decisions. */
export const DECIDED = 1e6;

/** What is known between two groups of records. */
interface Tie {
  sum: number;
  pairs: number;
  best: number;
}

/**
 * Which records are one person: for each record the least row number of its group. Groups grow from the strongest tie
 * on, as long as the mean of the best pair between two groups and of the average over all their pairs reaches the threshold. The
 * best alone would chain strangers together (a is like b, b like c), the average alone would refuse a record that only
 * one other can vouch for. Ties go by row number, so the result depends on nothing but the weights.
 */
export function clusters(records: number, pairs: WeightedPairs, threshold: number): Float64Array {
  const groups = new Groups(records, threshold);
  const components = componentsOf(records, pairs, threshold);
  for (let index = 0; index < pairs.weight.length; index += 1) {
    const [a = 0, b = 0, weight = 0] = [pairs.a[index], pairs.b[index], pairs.weight[index]];
    if (components[a] === components[b]) groups.tie(a, b, bounded(weight));
  }
  groups.grow();
  return groups.labels();
}

/** What people decided stands, whatever else is known; see clerical.ts. */
function bounded(weight: number): number {
  return Math.abs(weight) >= DECIDED ? weight : Math.max(-STRONGEST, Math.min(STRONGEST, weight));
}

/** The least record of each record's component, over pairs that reach the threshold. */
function componentsOf(records: number, { a, b, weight }: WeightedPairs, threshold: number): Float64Array {
  const parent = Float64Array.from({ length: records }, (_, index) => index);
  for (let index = 0; index < weight.length; index += 1) {
    if ((weight[index] ?? 0) < threshold) continue;
    const [x, y] = [rootOf(parent, a[index] ?? 0), rootOf(parent, b[index] ?? 0)];
    parent[Math.max(x, y)] = Math.min(x, y);
  }
  return parent.map((_, index) => rootOf(parent, index));
}

function rootOf(parent: Float64Array, record: number): number {
  let at = record;
  for (let up = parent[at] ?? at; up !== at; up = parent[at] ?? at) {
    parent[at] = parent[up] ?? up;
    at = parent[at] ?? at;
  }
  return at;
}

class Groups {
  readonly #parent: Float64Array;
  readonly #size: Float64Array;
  /** Grows by one whenever a group changes, so that old offers are known as such. */
  readonly #age: Float64Array;
  readonly #ties: (Map<number, Tie> | undefined)[];
  readonly #offers = new Offers();

  readonly #threshold: number;

  constructor(records: number, threshold: number) {
    this.#threshold = threshold;
    this.#parent = Float64Array.from({ length: records }, (_, index) => index);
    this.#size = new Float64Array(records).fill(1);
    this.#age = new Float64Array(records);
    this.#ties = Array.from({ length: records }, () => undefined);
  }

  tie(a: number, b: number, weight: number): void {
    const tie = { sum: weight, pairs: 1, best: weight };
    this.#tiesOf(a).set(b, tie);
    this.#tiesOf(b).set(a, tie);
    this.#offer(a, b, tie);
  }

  grow(): void {
    for (let offer = this.#offers.take(); offer !== undefined; offer = this.#offers.take()) {
      const { a, b, ageOfA, ageOfB } = offer;
      if (this.#age[a] === ageOfA && this.#age[b] === ageOfB) this.#join(a, b);
    }
  }

  labels(): Float64Array {
    const roots = this.#parent.map((_, index) => rootOf(this.#parent, index));
    const least = new Map<number, number>();
    roots.forEach((root, index) => {
      if (!least.has(root)) least.set(root, index);
    });
    return roots.map((root) => least.get(root) ?? root);
  }

  #tiesOf(group: number): Map<number, Tie> {
    const own = this.#ties[group] ?? new Map<number, Tie>();
    this.#ties[group] = own;
    return own;
  }

  #offer(a: number, b: number, { sum, pairs, best }: Tie): void {
    const all = (this.#size[a] ?? 1) * (this.#size[b] ?? 1);
    const average = (sum - (all - pairs) * STRONGEST) / all;
    const value = (best + average) / 2;
    if (value < this.#threshold) return;
    const [x, y] = a < b ? [a, b] : [b, a];
    this.#offers.put({ value, a: x, b: y, ageOfA: this.#age[x] ?? 0, ageOfB: this.#age[y] ?? 0 });
  }

  #join(a: number, b: number): void {
    const [kept, gone] = this.#tiesOf(a).size >= this.#tiesOf(b).size ? [a, b] : [b, a];
    const ties = this.#tiesOf(kept);
    ties.delete(gone);
    for (const [other, tie] of this.#tiesOf(gone)) {
      if (other === kept) continue;
      const own = ties.get(other);
      const sum =
        own === undefined
          ? tie
          : { sum: own.sum + tie.sum, pairs: own.pairs + tie.pairs, best: Math.max(own.best, tie.best) };
      ties.set(other, sum);
      const back = this.#tiesOf(other);
      back.delete(gone);
      back.set(kept, sum);
    }
    this.#ties[gone] = undefined;
    this.#parent[gone] = kept;
    this.#size[kept] = (this.#size[kept] ?? 1) + (this.#size[gone] ?? 1);
    this.#age[kept] = (this.#age[kept] ?? 0) + 1;
    this.#age[gone] = -1;
    for (const [other, tie] of ties) this.#offer(kept, other, tie);
  }
}

interface Offer {
  readonly value: number;
  readonly a: number;
  readonly b: number;
  readonly ageOfA: number;
  readonly ageOfB: number;
}

/** A binary heap of offers: the most valuable first, then by row number. */
class Offers {
  readonly #heap: Offer[] = [];

  put(offer: Offer): void {
    const heap = this.#heap;
    let at = heap.push(offer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above];
      if (other === undefined || !comesBefore(offer, other)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = offer;
  }

  take(): Offer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    let at = 0;
    for (;;) {
      const [l, r] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (l === undefined) break;
      const [next, child] = r !== undefined && comesBefore(r, l) ? [r, 2 * at + 2] : [l, 2 * at + 1];
      if (!comesBefore(next, last)) break;
      heap[at] = next;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function comesBefore(x: Offer, y: Offer): boolean {
  if (x.value !== y.value) return x.value > y.value;
  return x.a === y.a ? x.b < y.b : x.a < y.a;
}
