import type { RelationSystem } from '../tables/relation-system.ts';
import { at, type SparseRows, transposed } from '../tables/sparse-rows.ts';
import { type Restricted, restrictedBy } from './restricted.ts';

/** Finds the columns near a column: those that share a relation with it, with those again, and so on. */
export class Neighbourhoods {
  readonly #system: RelationSystem;
  readonly #relations: SparseRows;
  readonly #byColumn: SparseRows;

  constructor(system: RelationSystem) {
    this.#system = system;
    this.#relations = system.relations;
    this.#byColumn = transposed(system.relations, system.columns);
  }

  /**
   * At least `size` columns, whole rounds of neighbours at a time, unless there are no more; over columns that are `in`
   * alone. A round that grows beyond `most` ends early, as relations of very many columns make it.
   */
  around(
    start: readonly number[],
    size: number,
    isIn: (column: number) => boolean = () => true,
    most = Number.POSITIVE_INFINITY,
  ): Set<number> {
    const found = new Set(start);
    const seen = new Set<number>();
    let edge: readonly number[] = start;
    while (found.size < size && edge.length > 0) {
      const next: number[] = [];
      for (const column of edge) {
        if (found.size >= most) return found;
        for (let k = at(this.#byColumn.starts, column); k < at(this.#byColumn.starts, column + 1); k += 1) {
          const row = at(this.#byColumn.columns, k);
          if (seen.has(row)) continue;
          seen.add(row);
          for (let m = at(this.#relations.starts, row); m < at(this.#relations.starts, row + 1); m += 1) {
            const other = at(this.#relations.columns, m);
            if (found.has(other) || !isIn(other)) continue;
            found.add(other);
            next.push(other);
          }
        }
      }
      edge = next;
    }
    return found;
  }

  /** The system of these columns alone, made in time that depends on them and not on the whole. */
  restrictedTo(columns: Iterable<number>): Restricted {
    const chosen = [...columns].sort((a, b) => a - b);
    const rows = new Set<number>();
    for (const column of chosen) {
      for (let k = at(this.#byColumn.starts, column); k < at(this.#byColumn.starts, column + 1); k += 1) {
        rows.add(at(this.#byColumn.columns, k));
      }
    }
    return restrictedBy(
      this.#system,
      chosen,
      [...rows].sort((a, b) => a - b),
    );
  }
}
