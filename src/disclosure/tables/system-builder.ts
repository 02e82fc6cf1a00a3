import type { RelationSystem } from './relation-system.ts';
import { sparseRows, type Term } from './sparse-rows.ts';

/** A system whose columns have keys, so that systems of several releases can be laid over each other. */
export interface KeyedSystem {
  readonly columns: readonly { readonly key: string; readonly lower: number; readonly upper: number | null }[];
  /** Each sums to nothing: pairs of a column's number and its coefficient. */
  readonly relations: readonly (readonly (readonly [column: number, coefficient: number])[])[];
}

/** Puts a system together: a column for each key, each relation once. */
export class SystemBuilder {
  readonly #columns = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #relations = new Map<string, Term[]>();

  /** The column of a key; what is known of it is added to what was known. */
  column(key: string, lower = 0, upper = Number.POSITIVE_INFINITY): number {
    const found = this.#columns.get(key);
    const column = found ?? this.#columns.size;
    if (found === undefined) {
      this.#columns.set(key, column);
      this.#keys.push(key);
      this.#lower.push(lower);
      this.#upper.push(upper);
    } else this.narrow(column, lower, upper);
    return column;
  }

  keyOf(column: number): string {
    return this.#keys[column] ?? '';
  }

  has(key: string): boolean {
    return this.#columns.has(key);
  }

  narrow(column: number, lower: number, upper: number): void {
    this.#lower[column] = Math.max(this.#lower[column] ?? 0, lower);
    this.#upper[column] = Math.min(this.#upper[column] ?? Number.POSITIVE_INFINITY, upper);
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

  /** Lays another system over this one: columns of one key are one. */
  lay(system: KeyedSystem): number[] {
    const columns = system.columns.map(({ key, lower, upper }) =>
      this.column(key, lower, upper ?? Number.POSITIVE_INFINITY),
    );
    for (const terms of system.relations) {
      this.relation(terms.map(([column, value]) => ({ column: columns[column] ?? 0, value })));
    }
    return columns;
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

  /** What was built, with the ends that a publication gives the columns. */
  keyed(lower: Float64Array, upper: Float64Array): KeyedSystem {
    return {
      columns: [...this.#columns].map(([key, column]) => ({
        key,
        lower: lower[column] ?? 0,
        upper: Number.isFinite(upper[column]) ? (upper[column] ?? 0) : null,
      })),
      relations: [...this.#relations.values()].map((terms) =>
        terms.map(({ column, value }) => [column, value] as const),
      ),
    };
  }
}
