import type { Term } from '../tables/sparse-rows.ts';

/** Sets of base cells as columns, and how the larger are made of the smaller. */
export interface Decomposition {
  readonly columns: number;
  /** The column of each set, in the order of the sets. */
  readonly columnOfSet: readonly number[];
  /** Base cells that are no set of their own and yet have a column. */
  readonly unpublished: ReadonlyMap<number, number>;
  /** A column minus the parts that it is made of is nothing. */
  readonly relations: readonly (readonly Term[])[];
}

/**
 * Writes every set as a disjoint union of other sets, large parts first, down to base cells, which become columns where
 * a relation needs them. One relation a set says all that there is to say: by it a total is its parts, theirs in turn,
 * and so the sum of its base cells; and few large parts make a sparser matrix than all the base cells would.
 */
export function decompose(sets: readonly (readonly number[])[], baseCells: number): Decomposition {
  const distinct: (readonly number[])[] = [];
  const known = new Map<string, number>();
  const columnOfSet = sets.map((set) => {
    const key = set.join(',');
    const column = known.get(key) ?? distinct.length;
    if (column === distinct.length) {
      known.set(key, column);
      distinct.push(set);
    }
    return column;
  });
  const containing: number[][] = Array.from({ length: baseCells }, () => []);
  const bySize = distinct.map((_, column) => column).sort((a, b) => sizeOf(distinct, b) - sizeOf(distinct, a) || a - b);
  for (const column of bySize) for (const member of distinct[column] ?? []) containing[member]?.push(column);
  let columns = distinct.length;
  const unpublished = new Map<number, number>();
  const uncovered = new Uint8Array(baseCells);
  const relations: Term[][] = [];
  for (const [column, set] of distinct.entries()) {
    if (set.length < 2) continue;
    for (const member of set) uncovered[member] = 1;
    const terms: Term[] = [{ column, value: -1 }];
    for (const member of set) {
      if (uncovered[member] === 0) continue;
      const part = containing[member]?.find(
        (each) => each !== column && (distinct[each] ?? []).every((other) => uncovered[other] === 1),
      );
      if (part === undefined) {
        const base = unpublished.get(member) ?? columns++;
        unpublished.set(member, base);
        terms.push({ column: base, value: 1 });
        uncovered[member] = 0;
      } else {
        terms.push({ column: part, value: 1 });
        for (const other of distinct[part] ?? []) uncovered[other] = 0;
      }
    }
    relations.push(terms);
  }
  return { columns, columnOfSet, unpublished, relations };
}

function sizeOf(sets: readonly (readonly number[])[], index: number): number {
  return sets[index]?.length ?? 0;
}
