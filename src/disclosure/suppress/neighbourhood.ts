import type { RelationSystem } from '../tables/relation-system.ts';
import { at, type SparseRows, transposed } from '../tables/sparse-rows.ts';

/** Finds the columns near a column: those that share a relation with it, with those again, and so on. */
export class Neighbourhoods {
  readonly #relations: SparseRows;
  readonly #byColumn: SparseRows;

  constructor({ relations, columns }: RelationSystem) {
    this.#relations = relations;
    this.#byColumn = transposed(relations, columns);
  }

  /** At least `size` columns, whole rounds of neighbours at a time, unless there are no more. */
  around(start: readonly number[], size: number): Set<number> {
    const found = new Set(start);
    const seen = new Set<number>();
    let edge: readonly number[] = start;
    while (found.size < size && edge.length > 0) {
      const next: number[] = [];
      for (const column of edge) {
        for (let k = at(this.#byColumn.starts, column); k < at(this.#byColumn.starts, column + 1); k += 1) {
          const row = at(this.#byColumn.columns, k);
          if (seen.has(row)) continue;
          seen.add(row);
          for (let m = at(this.#relations.starts, row); m < at(this.#relations.starts, row + 1); m += 1) {
            const other = at(this.#relations.columns, m);
            if (found.has(other)) continue;
            found.add(other);
            next.push(other);
          }
        }
      }
      edge = next;
    }
    return found;
  }
}
