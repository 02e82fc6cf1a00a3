import type { RelationSystem } from '../tables/relation-system.ts';
import { at, rowCount, sparseRows, type Term } from '../tables/sparse-rows.ts';

/** A system of some of the columns, in which all others stay what they are; `columnOf` says which is which in the whole. */
export interface Restricted {
  readonly system: RelationSystem;
  readonly columnOf: Int32Array;
  /** The relation of the whole behind each that is left. */
  readonly rowOf: Int32Array;
  /** -1 for a column that is not in it. */
  readonly placeOf: Int32Array;
}

/** Of movements: totals are nothing, since what stays takes no part. */
export function restricted(system: RelationSystem, isIn: (column: number) => boolean): Restricted {
  const chosen: number[] = [];
  for (let column = 0; column < system.columns; column += 1) if (isIn(column)) chosen.push(column);
  const rows = Array.from({ length: rowCount(system.relations) }, (_, row) => row);
  return restrictedBy(system, chosen, rows);
}

/** As `restricted`, of these columns, where no other relations than these have any of them. */
export function restrictedBy(
  system: RelationSystem,
  chosen: readonly number[],
  relationsToLookAt: readonly number[],
): Restricted {
  const { columns, relations, lower, upper, integral } = system;
  const placeOf = new Int32Array(columns).fill(-1);
  for (const [place, column] of chosen.entries()) placeOf[column] = place;
  const rows: Term[][] = [];
  const rowOf: number[] = [];
  for (const row of relationsToLookAt) {
    const terms: Term[] = [];
    for (let k = at(relations.starts, row); k < at(relations.starts, row + 1); k += 1) {
      const place = at(placeOf, at(relations.columns, k));
      if (place >= 0) terms.push({ column: place, value: at(relations.values, k) });
    }
    if (terms.length === 0) continue;
    rows.push(terms);
    rowOf.push(row);
  }
  return {
    system: {
      columns: chosen.length,
      lower: Float64Array.from(chosen, (column) => at(lower, column)),
      upper: Float64Array.from(chosen, (column) => at(upper, column)),
      relations: sparseRows(rows),
      totals: new Float64Array(rows.length),
      integral,
    },
    columnOf: Int32Array.from(chosen),
    rowOf: Int32Array.from(rowOf),
    placeOf,
  };
}
