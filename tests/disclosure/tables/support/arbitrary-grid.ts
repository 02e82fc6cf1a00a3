import fc from 'fast-check';

/** A small table over a base grid: its counts, and the published cells as the base cells that each sums. */
export interface Grid {
  readonly counts: readonly number[];
  readonly sets: readonly (readonly number[])[];
  /** Everybody knows that no base cell counts more: there is an end to trying all tables. */
  readonly most: number;
}

interface Shape {
  readonly sizes: readonly number[];
  /** Groups of categories of each dimension, overlapping or not. */
  readonly groups: readonly (readonly (readonly number[])[])[];
}

/** Every crossing of totals, groups and single categories of one to three dimensions, eight base cells at most. */
export function arbitraryGrid(): fc.Arbitrary<Grid> {
  const sizes = fc.constantFrom<readonly number[]>([3], [4], [5], [2, 2], [2, 3], [3, 2], [2, 4], [2, 2, 2], [6]);
  return sizes
    .chain((chosen) =>
      fc.record({
        sizes: fc.constant(chosen),
        groups: fc.tuple(...chosen.map((size) => (size < 3 ? fc.constant([]) : arbitraryGroups(size)))),
      }),
    )
    .chain((shape) => {
      const baseCells = shape.sizes.reduce((product, size) => product * size, 1);
      const most = Math.min(12, Math.floor(40_000 ** (1 / baseCells)) - 1);
      return fc.record({
        most: fc.constant(most),
        counts: fc.array(smallCount(most), { minLength: baseCells, maxLength: baseCells }),
        sets: fc.subarray(crossings(shape), { minLength: 2 }),
      });
    });
}

function arbitraryGroups(size: number): fc.Arbitrary<number[][]> {
  const all = Array.from({ length: size }, (_, category) => category);
  return fc.array(fc.subarray(all, { minLength: 2, maxLength: size - 1 }), { maxLength: 2 });
}

/** Mostly small, as the counts are that matter, and often nothing. */
function smallCount(most: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: most }) },
  );
}

function crossings({ sizes, groups }: Shape): number[][] {
  const sets = sizes.reduce<number[][]>(
    (before, size, dimension) => {
      const all = Array.from({ length: size }, (_, category) => category);
      const nodes = [all, ...(groups[dimension] ?? []), ...all.map((category) => [category])];
      return before.flatMap((set) =>
        nodes.map((node) => set.flatMap((each) => node.map((category) => each * size + category))),
      );
    },
    [[0]],
  );
  return [...new Map(sets.map((set) => [set.join(), set])).values()];
}

export function countOf({ counts }: Pick<Grid, 'counts'>, set: readonly number[]): number {
  return set.reduce((sum, base) => sum + (counts[base] ?? 0), 0);
}
