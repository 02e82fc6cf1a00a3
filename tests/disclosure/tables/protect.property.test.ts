import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { isExact } from '../../../src/disclosure/audit/audit.ts';
import type { Instance, InstanceCell } from '../../../src/disclosure/instance/instance.ts';
import { parseGrid } from '../../../src/disclosure/instance/parse-grid.ts';
import { type Protected, protect } from '../../../src/disclosure/protect.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { Unprotectable } from '../../../src/disclosure/suppress/arrange.ts';
import { sparseRows } from '../../../src/disclosure/tables/sparse-rows.ts';
import { arbitraryGrid, countOf, type Grid } from './support/arbitrary-grid.ts';
import { bruteForce, type Range } from './support/brute-force.ts';
import { theSolver } from './support/solver.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 60);
const TOO_SMALL = 3;

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

function instanceOf({ counts, sets }: Grid) {
  return parseGrid({
    inner: counts.map((freq) => ({ freq })),
    publish: sets.map((set) => ({ freq: countOf({ counts }, set) })),
    members: sets,
    maxN: TOO_SMALL,
  });
}

/** What can be derived where these cells are hidden; a hidden cell can be as large as the largest count and some more. */
function derivable(grid: Grid, hidden: ReadonlySet<number>): readonly Range[] {
  const cells = grid.sets.map((members, index) => {
    const count = countOf(grid, members);
    return hidden.has(index) ? { members, low: 0, high: 40 } : { members, low: count, high: count };
  });
  const all = bruteForce({ baseCells: grid.counts.length, cells }, grid.most + 3);
  if (all === undefined) throw new Error('the true table fits');
  return all;
}

const isTooSmall = (count: number): boolean => count >= 1 && count <= TOO_SMALL;

describe('protection, held against every pattern and every table that fits', () => {
  test('no hidden cell can be derived, and no pattern costs less', { timeout: 120_000 }, () => {
    let proven = 0;
    let hopeless = 0;
    const grids = arbitraryGrid().filter(({ counts, sets }) => counts.length <= 6 && sets.length <= 11);
    fc.assert(
      fc.property(grids, (grid) => {
        const counts = grid.sets.map((set) => countOf(grid, set));
        const primary = counts.flatMap((count, index) => (isTooSmall(count) ? [index] : []));
        const rest = counts.flatMap((count, index) => (isTooSmall(count) ? [] : [index]));
        // Every pattern, the cheapest first.
        const patterns = Array.from({ length: 2 ** rest.length }, (_, bits) => {
          const hidden = new Set([...primary, ...rest.filter((_each, place) => ((bits >> place) & 1) === 1)]);
          return { hidden, cost: [...hidden].reduce((sum, index) => sum + (counts[index] ?? 0), 0) };
        }).sort((a, b) => a.cost - b.cost || a.hidden.size - b.hidden.size);
        const meets = (hidden: ReadonlySet<number>): boolean => {
          const all = derivable(grid, hidden);
          return primary.every((index) => {
            const [least, most] = all[index] ?? [0, 0];
            const count = counts[index] ?? 0;
            return least <= count - 1 && most >= count + 1;
          });
        };
        const cheapest = patterns.find(({ hidden }) => meets(hidden));
        let result: Protected;
        try {
          result = protect(instanceOf(grid), { weight: 'value', hideZeros: true, effort: 1 }, solver, () => {});
        } catch (error) {
          if (!(error instanceof Unprotectable)) throw error;
          expect(cheapest).toBeUndefined();
          hopeless += 1;
          return;
        }
        expect(result.proven).toBe(true);
        expect(result.cost).toBe(cheapest?.cost);
        expect(result.lowerBound).toBe(result.cost);
        expect(result.intervals.filter(isExact)).toEqual([]);
        const columns = instanceOf(grid).cells.map(({ column }) => column);
        const hidden = new Set(columns.flatMap((column, index) => (result.pattern[column] === 1 ? [index] : [])));
        const all = derivable(grid, hidden);
        for (const index of hidden) expect(all[index]?.[0]).toBeLessThan(all[index]?.[1] ?? 0);
        expect(meets(hidden)).toBe(true);
        proven += 1;
      }),
      { numRuns: RUNS },
    );
    expect(proven).toBeGreaterThan(RUNS / 2);
    expect(hopeless).toBeLessThan(RUNS / 2);
  });

  test('ways that are looked for near by alone, as in very large tables, protect as well', { timeout: 120_000 }, () => {
    let dearer = 0;
    let held = 0;
    fc.assert(
      fc.property(arbitraryGrid(), fc.integer({ min: 1, max: 6 }), (grid, nearBy) => {
        const instance = instanceOf(grid);
        const terms = { weight: 'value', hideZeros: true, effort: 1 } as const;
        const attempt = (more: { nearBy?: number }): Protected | undefined => {
          try {
            return protect(instance, { ...terms, ...more }, solver, () => {});
          } catch (error) {
            if (!(error instanceof Unprotectable)) throw error;
            return undefined;
          }
        };
        const best = attempt({});
        const near = attempt({ nearBy });
        expect(near === undefined).toBe(best === undefined);
        if (near === undefined || best === undefined) return;
        const hidden = new Set(
          instance.cells.flatMap(({ column }, index) => (near.pattern[column] === 1 ? [index] : [])),
        );
        const all = derivable(grid, hidden);
        for (const [index, set] of grid.sets.entries()) {
          const count = countOf(grid, set);
          const [least, most] = all[index] ?? [0, 0];
          if (hidden.has(index)) expect(most).toBeGreaterThan(least);
          else expect(isTooSmall(count)).toBe(false);
          if (!isTooSmall(count)) continue;
          expect(least).toBeLessThan(count);
          expect(most).toBeGreaterThan(count);
        }
        expect(near.cost).toBeGreaterThanOrEqual(best.cost);
        if (near.proven) expect(near.cost).toBe(best.cost);
        expect(near.lowerBound).toBeLessThanOrEqual(best.cost);
        if (near.cost > best.cost) dearer += 1;
        held += 1;
      }),
      { numRuns: RUNS },
    );
    expect(held).toBeGreaterThan(RUNS / 2);
    expect(dearer).toBeGreaterThan(0);
  });
});

/** A small count whose neighbour and total must be shown, before `others` tables that need nothing. */
function unprotectable(others: number): Instance {
  const rows = Array.from({ length: others + 1 }, (_, row) => 3 * row);
  const values = Float64Array.from(rows.flatMap((row) => (row === 0 ? [2, 20, 22] : [30, 40, 70])));
  const cells = [...values].map(
    (value, column): InstanceCell => ({
      name: `cell ${column}`,
      column,
      value,
      weight: undefined,
      status: value <= TOO_SMALL ? 'primary' : 'fixed',
      protection: { below: 0, above: 0, width: value <= TOO_SMALL ? 1 : 0 },
      hidden: false,
    }),
  );
  const system = {
    columns: values.length,
    lower: new Float64Array(values.length),
    upper: new Float64Array(values.length).fill(Number.POSITIVE_INFINITY),
    relations: sparseRows(rows.map((first) => [1, 1, -1].map((value, index) => ({ column: first + index, value })))),
    totals: new Float64Array(rows.length),
    integral: true,
  };
  return { form: 'grid', cells, system, values, notes: [] };
}

test.each([
  ['whole', 0, undefined],
  ['near by', 0, 1],
  ['as very large tables are', 1_500, undefined],
])('a count that nothing hides is refused by name, searched %s', (_, others, nearBy) => {
  const terms = { weight: 'value', hideZeros: true, effort: 1, ...(nearBy === undefined ? {} : { nearBy }) } as const;
  const attempt = (): Protected => protect(unprotectable(others), terms, solver, () => {});
  expect(attempt).toThrow(Unprotectable);
  try {
    attempt();
  } catch (error) {
    expect((error as Unprotectable).demands.map(({ column }) => column)).toEqual([0]);
  }
});
