import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DisclosureRules, grantedRules } from '../../../src/agreement/disclosure-rules.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { type Controlled, control } from '../../../src/disclosure/tabulation/control.ts';
import type { CountedTables } from '../../../src/disclosure/tabulation/counted-tables.ts';
import { Disclosive } from '../../../src/disclosure/tabulation/disclosive.ts';
import { type ReleasedTables, releasedTables } from '../../../src/disclosure/tabulation/released-tables.ts';
import type { TabulationSpec } from '../../../src/disclosure/tabulation/tabulation-spec.ts';
import { bruteForce } from '../tables/support/brute-force.ts';
import { theSolver } from '../tables/support/solver.ts';
import { countByHand, type HandRow } from './support/count-by-hand.ts';
import { EVERYTHING } from './support/everything.ts';

const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 30);

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

/** Rule sets with their thresholds scaled down, so that every table there could be can be tried. */
const RULES: readonly DisclosureRules[] = [
  { ...grantedRules(undefined), threshold: 2, base: 3 },
  { ...grantedRules(undefined), threshold: 3, base: 3, width: 2 },
  { ...grantedRules({ rules: 'suppress', national: [] }), threshold: 2 },
  { ...grantedRules({ rules: 'midpoint-6', national: [] }), threshold: 3, base: 3 },
];

interface World {
  /** Counts of the base grid; two dimensions at most. */
  readonly sizes: readonly number[];
  readonly counts: readonly number[];
  readonly releases: readonly { readonly spec: TabulationSpec; readonly rules: DisclosureRules }[];
}

const category = (dimension: number, index: number): string => `${'ab'[dimension]}${index}`;

function arbitrarySpec(sizes: readonly number[]): fc.Arbitrary<TabulationSpec> {
  const groupings = sizes.map((size, dimension) =>
    size < 3
      ? fc.constant([])
      : fc.array(
          fc.subarray(
            Array.from({ length: size }, (_, index) => category(dimension, index)),
            { minLength: 2, maxLength: size - 1 },
          ),
          { maxLength: 2 },
        ),
  );
  return fc.tuple(...groupings).chain((chosen) => {
    const dimensions = sizes.map((size, dimension) => ({
      name: 'ab'[dimension] ?? '',
      title: 'ab'[dimension] ?? '',
      meaning: 'AB'[dimension] ?? '',
      levels: [
        { name: 'finest', column: 'c', groups: [] },
        ...(chosen[dimension] ?? []).map((members, index) => ({
          name: `g${index}`,
          column: undefined,
          groups: [{ label: `g${index}`, members }],
        })),
      ],
      values: Array.from({ length: size }, (_, index) => category(dimension, index)),
      labels: {},
      national: false,
    }));
    const by = (dimension: number): fc.Arbitrary<{ dimension: number; levels: number[] }> =>
      fc.record({
        dimension: fc.constant(dimension),
        levels: fc.subarray(
          (dimensions[dimension]?.levels ?? []).map((_, level) => level),
          { minLength: 1 },
        ),
      });
    const table = fc
      .subarray(
        sizes.map((_, index) => index),
        { minLength: 1 },
      )
      .chain((own) => fc.tuple(...own.map(by)))
      .map((list) => ({ by: list }));
    return fc.array(table, { minLength: 1, maxLength: 2 }).map((tables) => ({
      title: 't',
      source: 's',
      national: false,
      dimensions,
      measures: [{ name: 'rows', title: 'rows', kind: 'count' as const, of: 'rows' as const }],
      tables: tables.map((each, index) => ({ name: `t${index}`, title: 't', by: each.by, measures: [0] })),
    }));
  });
}

const arbitraryWorld: fc.Arbitrary<World> = fc
  .constantFrom<readonly number[]>([3], [4], [5], [2, 2], [2, 3])
  .chain((sizes) =>
    fc.record({
      sizes: fc.constant(sizes),
      counts: fc.array(fc.constantFrom(0, 0, 1, 1, 2, 2, 3, 4, 5, 7), {
        minLength: sizes.reduce((product, size) => product * size, 1),
        maxLength: sizes.reduce((product, size) => product * size, 1),
      }),
      releases: fc.array(fc.record({ spec: arbitrarySpec(sizes), rules: fc.constantFrom(...RULES) }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  );

function labelsAt(sizes: readonly number[], base: number, { dimensions }: TabulationSpec): (string | undefined)[][] {
  const at = sizes.length === 1 ? [base] : [Math.floor(base / (sizes[1] ?? 1)), base % (sizes[1] ?? 1)];
  return at.map((index, dimension) =>
    (dimensions[dimension]?.levels ?? []).map(({ groups }, level) =>
      level === 0
        ? category(dimension, index)
        : groups.find(({ members }) => members.includes(category(dimension, index)))?.label,
    ),
  );
}

function counted({ sizes, counts }: World, spec: TabulationSpec): CountedTables {
  const rows: HandRow[] = counts.flatMap((count, base) =>
    Array.from({ length: count }, (_, index) => ({ person: 100 * base + index, labels: labelsAt(sizes, base, spec) })),
  );
  return countByHand(spec, rows);
}

/** What anybody reads off a printed count, by the notes on the tables. */
function range(text: string, { method, threshold }: DisclosureRules): readonly [number, number] {
  if (text === '0') return [0, 0];
  if (text === '*') return [1, threshold];
  if (text === '[c]') return [method === 'suppress' ? 1 : threshold + 1, Number.POSITIVE_INFINITY];
  const value = Number(text);
  if (method === 'suppress') return [value, value];
  if (method === 'midpoint') return [value - 1, value + 1];
  return [Math.max(threshold + 1, value - 1), value + 1];
}

/** Every printed count of a release: the base cells that it sums, and what is printed. */
function cellsOf({ sizes, counts }: World, { tables }: ReleasedTables, spec: TabulationSpec, rules: DisclosureRules) {
  return tables.flatMap((table, index) =>
    table.lines.map(({ at, values }) => {
      const by = spec.tables[index]?.by ?? [];
      const members = counts.flatMap((_count, base) => {
        const labels = labelsAt(sizes, base, spec);
        return at.every(
          ({ level, code }, place) => level === null || labels[by[place]?.dimension ?? 0]?.[level] === code,
        )
          ? [base]
          : [];
      });
      const [low, high] = range(values[0] ?? '', rules);
      return { members, low, high, truth: members.reduce((sum, base) => sum + (counts[base] ?? 0), 0) };
    }),
  );
}

/** The releases of a world, one after the other, as far as they are not refused. */
function released(world: World) {
  const earlier: Controlled['published'][] = [];
  const made: { cells: ReturnType<typeof cellsOf>; rules: DisclosureRules }[] = [];
  for (const { spec, rules } of world.releases) {
    const products = [{ product: 'p', spec, rules, counted: counted(world, spec), scope: EVERYTHING }];
    try {
      const result = control(products, earlier, solver);
      earlier.push(result.published);
      made.push({ cells: cellsOf(world, releasedTables(result, products, 0), spec, rules), rules });
    } catch (error) {
      if (!(error instanceof Disclosive)) throw error;
    }
  }
  return made;
}

describe('tables that leave', () => {
  test('let no true small count be derived, whoever puts all releases together and tries every table there is', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const made = released(world);
        const baseCells = world.counts.length;
        const most = Math.max(...world.counts) + 3;
        made.forEach((_, step) => {
          // What could be derived already, and what can be now; those that come later say nothing yet.
          const upTo = (last: number) =>
            bruteForce(
              {
                baseCells,
                cells: made.flatMap(({ cells }, index) =>
                  cells.map((cell) => (index <= last ? cell : { ...cell, low: 0, high: Number.POSITIVE_INFINITY })),
                ),
              },
              most,
            );
          const [before, now] = [upTo(step - 1), upTo(step)];
          expect(now).toBeDefined();
          let place = 0;
          for (const { cells, rules } of made.slice(0, step + 1)) {
            for (const { truth } of cells) {
              const [least = 0, highest = 0] = now?.[place] ?? [];
              const [leastBefore = 0, highestBefore = 0] = before?.[place] ?? [];
              expect(least).toBeLessThanOrEqual(truth);
              expect(highest).toBeGreaterThanOrEqual(truth);
              const isSmall = truth >= 1 && truth <= rules.threshold;
              if (isSmall && highestBefore > leastBefore) expect(highest - least).toBeGreaterThanOrEqual(1);
              place += 1;
            }
          }
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('are made again the same', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        expect(released(world)).toEqual(released(world));
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });
});
