import { beforeAll, expect, test } from 'vitest';
import { type DisclosureRules, grantedRules } from '../../../src/agreement/disclosure-rules.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { control } from '../../../src/disclosure/tabulation/control.ts';
import { releasedTables } from '../../../src/disclosure/tabulation/released-tables.ts';
import type { MeasureSpec, TabulationSpec } from '../../../src/disclosure/tabulation/tabulation-spec.ts';
import { theSolver } from '../tables/support/solver.ts';
import { countByHand } from './support/count-by-hand.ts';
import { EVERYTHING } from './support/everything.ts';

const HES = grantedRules(undefined);
const SUPPRESS = grantedRules({ rules: 'suppress', national: [] });

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

const MEASURES: readonly MeasureSpec[] = [
  { name: 'rows', title: 'rows', kind: 'count', of: 'rows' },
  { name: 'days', title: 'days', kind: 'sum', column: 'days', from: 'EPIDUR' },
  { name: 'mean', title: 'mean', kind: 'mean', column: 'mean', from: 'epidur' },
];

/** What is printed of people with these days, by category: the total first. `tables`: the measures of each. */
function printed(
  days: Readonly<Record<string, readonly number[]>>,
  rules: DisclosureRules,
  tables: readonly (readonly MeasureSpec['name'][])[],
): string[][][] {
  const measures = MEASURES.filter(({ name }) => tables.flat().includes(name));
  const spec: TabulationSpec = {
    title: 't',
    source: 's',
    national: false,
    dimensions: [
      {
        name: 'd',
        title: 'd',
        meaning: 'D',
        levels: [{ name: 'd', column: 'd', groups: [] }],
        values: [],
        labels: {},
        national: false,
      },
    ],
    measures,
    tables: tables.map((names, index) => ({
      name: `t${index}`,
      title: 't',
      by: [{ dimension: 0, levels: [0] }],
      measures: names.map((name) => measures.findIndex((each) => each.name === name)),
    })),
  };
  const rows = Object.entries(days).flatMap(([label, list], group) =>
    list.map((each, index) => ({
      person: 1_000 * group + index,
      labels: [[label]],
      values: { days: each, mean: each },
    })),
  );
  const products = [{ product: 'p', spec, rules, counted: countByHand(spec, rows), scope: EVERYTHING }];
  return releasedTables(control(products, [], solver), products, 0).tables.map(({ lines }) =>
    lines.map(({ values }) => [...values]),
  );
}

const of = (rows: number, sum: number): number[] =>
  Array.from({ length: rows }, (_, index) => Math.floor((sum + index) / rows));

test('a mean beside a sum does not tell the count that was rounded', () => {
  const days = { a: of(9, 57), b: of(13, 71), c: of(1_002, 6_000), d: of(33, 0) };
  const [both = []] = printed(days, HES, [['rows', 'days', 'mean']]);
  // 57 and 6.3 are of nine, and of no other number; 6,000 and 6.0 may be of any from 998 to 1,002.
  expect(both.find(([rows]) => rows === '10')).toEqual(['10', '57', '[c]']);
  expect(both.find(([rows]) => rows === '1000')).toEqual(['1000', '6000', '6.0']);
  for (const [rows, sum, mean] of both) {
    if (mean === '[c]' || mean === '*') continue;
    for (let count = Number(rows) - 2; count <= Number(rows) + 2; count += 1)
      expect((Number(sum) / count).toFixed(1)).toBe(mean);
  }
  const [alone = []] = printed(days, HES, [['rows', 'mean']]);
  expect(alone.find(([rows]) => rows === '10')).toEqual(['10', '6.3']);
});

test('a mean is withheld with its sum, in whichever table it stands', () => {
  // One person has nearly all of it.
  const days = { a: [900, ...of(19, 40)], b: of(40, 200), c: of(50, 300), d: of(60, 400) };
  const [sums = [], means = []] = printed(days, SUPPRESS, [
    ['rows', 'days'],
    ['rows', 'mean'],
  ]);
  expect(sums.find(([rows]) => rows === '20')).toEqual(['20', '[c]']);
  sums.forEach(([rows, sum], line) => {
    expect(means[line]?.[0]).toBe(rows);
    expect(means[line]?.[1] === '[c]').toBe(sum === '[c]');
  });
  expect(sums.filter(([, sum]) => sum === '[c]').length).toBeLessThan(5);
});

test('a mean beside a sum needs the count beside it, which it would tell otherwise', () => {
  const [, means = []] = printed({ a: of(3, 9), b: of(9, 40), c: of(90, 400) }, SUPPRESS, [['rows'], ['days', 'mean']]);
  for (const [, mean] of means) expect(['[c]', '*']).toContain(mean);
});

test('a sum of noughts and ones is a count: of few ones it is withheld', () => {
  const ones = (rows: number, few: number): number[] =>
    Array.from({ length: rows }, (_, index) => (index < few ? 1 : 0));
  const [sums = []] = printed({ a: ones(100, 3), b: ones(90, 40), c: ones(80, 35) }, SUPPRESS, [['rows', 'days']]);
  expect(sums.find(([rows]) => rows === '100')).toEqual(['100', '[c]']);
  expect(sums.map(([, sum]) => sum)).not.toContain('3');
});
