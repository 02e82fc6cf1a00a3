import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { grantedRules } from '../../../src/agreement/disclosure-rules.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { type CountedProduct, control } from '../../../src/disclosure/tabulation/control.ts';
import { Disclosive } from '../../../src/disclosure/tabulation/disclosive.ts';
import { releasedTables } from '../../../src/disclosure/tabulation/released-tables.ts';
import type { Scope } from '../../../src/disclosure/tabulation/scope.ts';
import type { TabulationSpec } from '../../../src/disclosure/tabulation/tabulation-spec.ts';
import { theSolver } from '../tables/support/solver.ts';
import { countByHand } from './support/count-by-hand.ts';
import { EVERYTHING } from './support/everything.ts';

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

/** OpenSAFELY's example: patients with heart disease and all, by age, of everybody and of men. */
const { differencing_example: example } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/disclosure/opensafely-examples.json'), 'utf8'),
) as {
  differencing_example: { total_pop: Record<string, [number, number]>; male_pop: Record<string, [number, number]> };
};

const SPEC: TabulationSpec = {
  title: 't',
  source: 's',
  national: false,
  dimensions: [
    {
      name: 'age',
      title: 'Age',
      meaning: 'AGE',
      levels: [{ name: 'age', column: 'a', groups: [] }],
      values: [],
      labels: {},
      national: false,
    },
  ],
  measures: [{ name: 'rows', title: 'rows', kind: 'count', of: 'rows' }],
  tables: [{ name: 't', title: 't', by: [{ dimension: 0, levels: [0] }], measures: [0] }],
};
const MEN: Scope = { ...EVERYTHING, conditions: ['{"column":"SEX","kind":"in","values":["1"]}'] };

function product(counts: Record<string, [number, number]>, scope: Scope, population: string): CountedProduct {
  const rows = Object.entries(counts).flatMap(([age, [, all]]) =>
    Array.from({ length: all }, () => ({ person: undefined, labels: [[age]] })),
  );
  const rules = grantedRules({ rules: 'suppress', national: [] });
  return { product: 'p', spec: SPEC, rules, counted: countByHand(SPEC, rows, population), scope };
}

function shown(products: readonly CountedProduct[], earlier: Parameters<typeof control>[1]) {
  const result = control(products, earlier, solver);
  const lines = releasedTables(result, products, 0).tables[0]?.lines ?? [];
  return { result, counts: new Map(lines.map(({ at, values }) => [at[0]?.code ?? '', values[0]])) };
}

test('all and then men, each safe alone: the one woman of 21 to 30 is not left over', () => {
  const all = product(example.total_pop, EVERYTHING, 'all');
  const men = product(example.male_pop, MEN, 'men');
  const [first, alone] = [shown([all], []), shown([men], [])];
  expect([first.counts.get('21-30'), alone.counts.get('21-30')]).toEqual(['20', '19']);
  const second = shown([men], [first.result.published]);
  expect(second.counts.get('21-30')).toBe('[c]');
  expect(second.result.audited.earlier).toBe(1);
  // Of 51 and over there are fifteen women, which is nobody's secret.
  expect([second.counts.get('51+'), first.counts.get('51+')]).toEqual(['25', '40']);
});

test('the other way about, and both in one release', () => {
  const all = product(example.total_pop, EVERYTHING, 'all');
  const men = product(example.male_pop, MEN, 'men');
  const after = shown([all], [shown([men], []).result.published]);
  expect(after.counts.get('21-30')).toBe('[c]');
  const together = control([all, men], [], solver);
  const [a, b] = [0, 1].map(
    (index) =>
      releasedTables(together, [all, men], index).tables[0]?.lines.find(({ at }) => at[0]?.code === '21-30')?.values[0],
  );
  expect([a, b]).toContain('[c]');
});

test('a later version of the data with three more: what was added stays unknown, or nothing leaves', () => {
  const before = product({ a: [0, 20], b: [0, 30], c: [0, 40] }, EVERYTHING, 'z provisional');
  const later = product({ a: [0, 23], b: [0, 30], c: [0, 60] }, EVERYTHING, 'refreshed');
  const first = shown([before], []);
  try {
    expect(shown([later], [first.result.published]).counts.get('a')).not.toBe('23');
  } catch (error) {
    expect(error).toBeInstanceOf(Disclosive);
  }
});

test('a later version with fewer in a place is still compared in all others', () => {
  const before = product({ a: [0, 20], b: [0, 30], c: [0, 40] }, EVERYTHING, 'provisional');
  const later = product({ a: [0, 17], b: [0, 31], c: [0, 60] }, EVERYTHING, 'refreshed');
  const second = shown([later], [shown([before], []).result.published]);
  expect(second.counts.get('b')).toBe('[c]');
  expect(second.result.audited.earlier).toBe(1);
});

test('a later version with fewer everywhere can’t be compared, and is not said to have been', () => {
  const before = product({ a: [0, 20], b: [0, 30], c: [0, 40] }, EVERYTHING, 'provisional');
  const later = product({ a: [0, 17], b: [0, 29], c: [0, 30] }, EVERYTHING, 'refreshed');
  const second = shown([later], [shown([before], []).result.published]);
  expect([...second.counts.values()]).toEqual(['76', '17', '29', '30']);
  expect(second.result.audited.earlier).toBe(0);
});

test('men of another dataset have nothing to do with it', () => {
  const first = shown([product(example.total_pop, EVERYTHING, 'all')], []);
  const others = shown([product(example.male_pop, { ...MEN, dataset: 'e' }, 'men')], [first.result.published]);
  expect(others.counts.get('21-30')).toBe('19');
  expect(others.result.audited.earlier).toBe(0);
});
