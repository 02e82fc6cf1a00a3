import type { RelationSystem } from './relation-system.ts';
import { sparseRows, type Term } from './sparse-rows.ts';

/** Puts a system together: a column for each key, each relation once. */
export class SystemBuilder {
  readonly #columns = new Map<string, number>();
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #relations = new Map<string, Term[]>();

  /** A new column; its key says what it is. */
  column(key: string, lower = 0, upper = Number.POSITIVE_INFINITY): number {
    if (this.#columns.has(key)) throw new Error('a column that is there already');
    const column = this.#columns.size;
    this.#columns.set(key, column);
    this.#lower.push(lower);
    this.#upper.push(upper);
    return column;
  }

  has(key: string): boolean {
    return this.#columns.has(key);
  }

  /** A total and the parts that it is the sum of. */
  sum(total: number, parts: readonly number[]): void {
    this.relation([{ column: total, value: -1 }, ...parts.map((column) => ({ column, value: 1 }))]);
  }

  /** Terms that sum to nothing. A total that is its only part says nothing. */
  relation(terms: readonly Term[]): void {
    const sums = new Map<number, number>();
    for (const { column, value } of terms) sums.set(column, (sums.get(column) ?? 0) + value);
    const left = [...sums].filter(([, value]) => value !== 0).sort(([a], [b]) => a - b);
    if (left.length === 0) return;
    const key = left.map(([column, value]) => `${column}:${value}`).join(' ');
    if (!this.#relations.has(key))
      this.#relations.set(
        key,
        left.map(([column, value]) => ({ column, value })),
      );
  }

  build(integral: boolean): RelationSystem {
    const relations = [...this.#relations.values()];
    return {
      columns: this.#columns.size,
      lower: Float64Array.from(this.#lower),
      upper: Float64Array.from(this.#upper),
      relations: sparseRows(relations),
      totals: new Float64Array(relations.length),
      integral,
    };
  }
}
