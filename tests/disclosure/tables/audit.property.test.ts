import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { audit, isExact } from '../../../src/disclosure/audit/audit.ts';
import { Contradiction } from '../../../src/disclosure/audit/contradiction.ts';
import { THOROUGH } from '../../../src/disclosure/audit/extremes.ts';
import type { Publication } from '../../../src/disclosure/audit/publication.ts';
import { decompose } from '../../../src/disclosure/instance/decompose.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { sparseRows } from '../../../src/disclosure/tables/sparse-rows.ts';
import { arbitraryGrid, countOf, type Grid } from './support/arbitrary-grid.ts';
import { blind } from './support/blind-solver.ts';
import { bruteForce } from './support/brute-force.ts';
import { theSolver } from './support/solver.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 150);

/** What is shown of a cell: its count, nothing, that it is small, or what it rounds to. */
type Shown = 'count' | 'hidden' | 'starred' | 'rounded';

interface Release {
  readonly grid: Grid;
  readonly shown: readonly Shown[];
}

const arbitraryRelease: fc.Arbitrary<Release> = arbitraryGrid().chain((grid) =>
  fc.record({
    grid: fc.constant(grid),
    shown: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constant<Shown>('count') },
        { weight: 4, arbitrary: fc.constant<Shown>('hidden') },
        { weight: 2, arbitrary: fc.constant<Shown>('starred') },
        { weight: 2, arbitrary: fc.constant<Shown>('rounded') },
      ),
      { minLength: grid.sets.length, maxLength: grid.sets.length },
    ),
  }),
);

function rangeOf(count: number, shown: Shown): readonly [number, number] {
  if (shown === 'count') return [count, count];
  if (shown === 'starred' && count >= 1 && count <= 7) return [1, 7];
  if (shown === 'rounded' && count >= 8) return [5 * Math.round(count / 5) - 2, 5 * Math.round(count / 5) + 2];
  return [0, Number.POSITIVE_INFINITY];
}

function publicationOf({ grid, shown }: Release) {
  const ranges = grid.sets.map((set, index) => rangeOf(countOf(grid, set), shown[index] ?? 'count'));
  const singles = grid.counts.map((_, base) => [base]);
  const { columns, columnOfSet, relations } = decompose([...grid.sets, ...singles], grid.counts.length);
  const lower = new Float64Array(columns);
  const upper = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  // Where what is shown bounds every base cell, nobody needs to know more; then there is an end to trying all the same.
  const bound = (base: number): number =>
    Math.min(
      ...grid.sets.map((set, index) => (set.includes(base) ? (ranges[index]?.[1] ?? 0) : Number.POSITIVE_INFINITY)),
    );
  const bounds = grid.counts.map((_, base) => bound(base));
  const isBounded = grid.counts.length <= 4 && bounds.every((each) => each <= 14);
  const most = isBounded ? Math.max(...bounds) : grid.most;
  if (!isBounded) {
    for (const [index] of singles.entries()) upper[columnOfSet[grid.sets.length + index] ?? 0] = grid.most;
  }
  const publication: Publication = {
    system: {
      columns,
      lower: new Float64Array(columns),
      upper: upper.slice(),
      relations: sparseRows(relations),
      totals: new Float64Array(relations.length),
      integral: true,
    },
    lower,
    upper,
  };
  for (const [index, [low, high]] of ranges.entries()) {
    const column = columnOfSet[index] ?? 0;
    lower[column] = Math.max(lower[column] ?? 0, low);
    upper[column] = Math.min(upper[column] ?? 0, high);
  }
  const puzzle = {
    baseCells: grid.counts.length,
    cells: grid.sets.map((members, index) => ({
      members,
      low: ranges[index]?.[0] ?? 0,
      high: ranges[index]?.[1] ?? 0,
    })),
  };
  // A cell that is shown with more than it counts can have base cells of more.
  return { publication, puzzle, columnOfSet, most, mostOfOther: isBounded ? most + 6 : most };
}

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

describe('the auditor, held against every table that fits', () => {
  test('never says more than an attacker can know, nor misses a cell that can be derived', () => {
    let exact = 0;
    let narrow = 0;
    fc.assert(
      fc.property(arbitraryRelease, (release) => {
        const { publication, puzzle, columnOfSet, most } = publicationOf(release);
        const all = bruteForce(puzzle, most);
        if (all === undefined) throw new Error('the true table fits');
        const targets = [...new Set(columnOfSet.slice(0, puzzle.cells.length))];
        const intervals = new Map(audit(publication, targets, solver).map((each) => [each.column, each]));
        for (const [index, [least, greatest]] of all.entries()) {
          const found = intervals.get(columnOfSet[index] ?? -1);
          if (found === undefined) throw new Error('a target was left out');
          expect(found.lower).toBeLessThanOrEqual(least);
          expect(found.upper).toBeGreaterThanOrEqual(greatest);
          expect(found.possibleLower).toBeGreaterThanOrEqual(least);
          expect(found.possibleUpper).toBeLessThanOrEqual(greatest);
          expect(isExact(found)).toBe(least === greatest);
          if (greatest - least <= 2) {
            expect([found.lower, found.upper]).toEqual([least, greatest]);
            narrow += 1;
          }
          if (least === greatest) exact += 1;
        }
      }),
      { numRuns: RUNS },
    );
    expect(exact).toBeGreaterThan(RUNS / 10);
    expect(narrow).toBeGreaterThan(RUNS / 5);
  });

  test.each([
    ['in small blocks', { ...THOROUGH, block: 3 }],
    ['in small blocks and no further', { ...THOROUGH, block: 4, work: 0 }],
    ['for exactness alone', { ...THOROUGH, block: 3, depth: 'exactness' as const }],
  ])('looking %s, says nothing that is not so, and lets nothing pass that can be derived', (_, thoroughness) => {
    let looked = 0;
    fc.assert(
      fc.property(arbitraryRelease, (release) => {
        const { publication, puzzle, columnOfSet, most } = publicationOf(release);
        const all = bruteForce(puzzle, most);
        if (all === undefined) throw new Error('the true table fits');
        const targets = [...new Set(columnOfSet.slice(0, puzzle.cells.length))];
        const intervals = new Map(audit(publication, targets, solver, thoroughness).map((each) => [each.column, each]));
        for (const [index, [least, greatest]] of all.entries()) {
          const found = intervals.get(columnOfSet[index] ?? -1);
          if (found === undefined) throw new Error('a target was left out');
          expect(found.lower).toBeLessThanOrEqual(least);
          expect(found.upper).toBeGreaterThanOrEqual(greatest);
          expect(found.possibleLower).toBeGreaterThanOrEqual(least);
          expect(found.possibleUpper).toBeLessThanOrEqual(greatest);
          expect(isExact(found)).toBe(least === greatest);
          if (greatest > least) looked += 1;
        }
      }),
      { numRuns: RUNS },
    );
    expect(looked).toBeGreaterThan(RUNS);
  });

  test('takes for derived what no table of whole numbers shows to be free', () => {
    let looked = 0;
    fc.assert(
      fc.property(arbitraryRelease, (release) => {
        const { publication, puzzle, columnOfSet } = publicationOf(release);
        const targets = [...new Set(columnOfSet.slice(0, puzzle.cells.length))];
        for (const found of audit(publication, targets, blind(solver), { ...THOROUGH, block: 3 })) {
          if (found.possibleLower <= found.possibleUpper) continue;
          expect(isExact(found)).toBe(true);
          looked += 1;
        }
      }),
      { numRuns: RUNS },
    );
    expect(looked).toBeGreaterThan(0);
  });

  test('says so where what is published contradicts itself', () => {
    let contradictions = 0;
    fc.assert(
      fc.property(arbitraryRelease, fc.nat(), fc.integer({ min: -6, max: 6 }), (release, which, by) => {
        const { publication, puzzle, columnOfSet, mostOfOther } = publicationOf(release);
        const index = which % puzzle.cells.length;
        const column = columnOfSet[index] ?? 0;
        const shift = (value: number): number => Math.max(0, value + by);
        publication.lower[column] = shift(publication.lower[column] ?? 0);
        publication.upper[column] = Math.max(publication.lower[column] ?? 0, shift(publication.upper[column] ?? 0));
        const cells = puzzle.cells.map((cell, at) =>
          columnOfSet[at] === column
            ? { ...cell, low: publication.lower[column] ?? 0, high: publication.upper[column] ?? 0 }
            : cell,
        );
        const fits = bruteForce({ ...puzzle, cells }, mostOfOther) !== undefined;
        let said = true;
        try {
          audit(publication, [...new Set(columnOfSet)], solver);
        } catch (error) {
          if (!(error instanceof Contradiction)) throw error;
          said = false;
        }
        expect(said).toBe(fits);
        if (!fits) contradictions += 1;
      }),
      { numRuns: RUNS },
    );
    expect(contradictions).toBeGreaterThan(RUNS / 20);
  });
});
