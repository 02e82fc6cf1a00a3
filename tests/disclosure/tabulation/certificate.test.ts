import { beforeAll, describe, expect, test } from 'vitest';
import { type DisclosureRules, grantedRules } from '../../../src/agreement/disclosure-rules.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { certificateOf } from '../../../src/disclosure/tabulation/certificate.ts';
import { type CountedProduct, control } from '../../../src/disclosure/tabulation/control.ts';
import { withheld } from '../../../src/disclosure/tabulation/printed.ts';
import { releasedTables } from '../../../src/disclosure/tabulation/released-tables.ts';
import type { TabulationSpec } from '../../../src/disclosure/tabulation/tabulation-spec.ts';
import { blind } from '../tables/support/blind-solver.ts';
import { theSolver } from '../tables/support/solver.ts';
import { countByHand } from './support/count-by-hand.ts';
import { EVERYTHING } from './support/everything.ts';

const HES = grantedRules(undefined);
const SUPPRESS = grantedRules({ rules: 'suppress', national: [] });
const MIDPOINT = grantedRules({ rules: 'midpoint-6', national: [] });

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

/** One table by these dimensions; groupings stand in for the first one's categories where there are some. */
function spec(dimensions: readonly string[], by: readonly number[], groups: readonly string[] = []): TabulationSpec {
  return {
    title: 't',
    source: 's',
    national: false,
    dimensions: dimensions.map((name, dimension) => ({
      name,
      title: name,
      meaning: name,
      levels: [
        { name, column: name, groups: [] },
        ...(dimension > 0 || groups.length === 0
          ? []
          : [{ name: 'group', column: undefined, groups: [{ label: 'group', members: groups }] }]),
      ],
      values: [],
      labels: {},
      national: name === 'nation',
    })),
    measures: [{ name: 'rows', title: 'rows', kind: 'count', of: 'rows' }],
    tables: [
      {
        name: 't',
        title: 't',
        by: by.map((dimension) => ({ dimension, levels: dimension === 0 && groups.length > 0 ? [1] : [0] })),
        measures: [0],
      },
    ],
  };
}

function product(
  name: string,
  own: TabulationSpec,
  rules: DisclosureRules,
  counts: Readonly<Record<string, number>>,
): CountedProduct {
  const rows = Object.entries(counts).flatMap(([key, count]) =>
    Array.from({ length: count }, () => ({
      person: undefined,
      labels: key
        .split(' ')
        .map((label, dimension) =>
          (own.dimensions[dimension]?.levels ?? []).map(({ groups }, level) =>
            level === 0 ? label : groups.find(({ members }) => members.includes(label))?.label,
          ),
        ),
    })),
  );
  return { product: name, spec: own, rules, counted: countByHand(own, rows), scope: EVERYTHING };
}

function made(products: readonly CountedProduct[], by: Solver = solver) {
  const controlled = control(products, [], by);
  return {
    certificate: certificateOf(controlled, products, by),
    shown: products.map((_, index) =>
      releasedTables(controlled, products, index).tables[0]?.lines.map(({ values }) => values[0]),
    ),
  };
}

describe('a certificate', () => {
  test('is the same of tables that are printed the same: how many of the withheld are small is nobody’s to know', () => {
    const own = spec(['d'], [0]);
    // Known to be two small ones, the first two are seven each, and no others sum to fourteen.
    const [two, one] = [
      { a: 7, b: 7, c: 30, d: 40 },
      { a: 5, b: 9, c: 30, d: 40 },
    ].map((counts) => made([product('p', own, SUPPRESS, counts)]));
    expect(two?.shown).toEqual([['84', '[c]', '[c]', '30', '40']]);
    expect(one?.shown).toEqual(two?.shown);
    expect(one?.certificate).toEqual(two?.certificate);
    expect(two?.certificate).toMatchObject({ cells: 5, small: 0, withheld: 2, audited: 2, derivable: 0 });
  });

  test('counts what is printed as small, and what is withheld for it', () => {
    const { shown, certificate } = made([product('p', spec(['d'], [0]), HES, { a: 1, b: 8, c: 8 })]);
    const all = shown.flat();
    expect(certificate).toMatchObject({
      cells: 4,
      small: all.filter((text) => text === '*').length,
      withheld: all.filter((text) => text === '[c]').length,
    });
    const middle = made([product('p', spec(['d'], [0]), MIDPOINT, { a: 1, b: 8, c: 20 })]);
    expect(middle.certificate.small).toBe(1);
  });
});

describe('a withheld count', () => {
  test('is known not to be small where small ones have a symbol of their own, and may be where it could be exempt', () => {
    expect([HES, MIDPOINT, SUPPRESS].map((rules) => withheld(rules, false).lower)).toEqual([8, 7, 1]);
    expect([HES, MIDPOINT, SUPPRESS].map((rules) => withheld(rules, true).lower)).toEqual([1, 1, 1]);
  });

  test('may be small in every product where one of them exempts it', () => {
    const counts = { 'n1 p1': 3, 'n2 p1': 20, 'n2 p2': 30 };
    const national = { ...spec(['nation', 'place'], [0]), national: true };
    const { shown } = made([
      product('exempt', national, HES, counts),
      product('controlled', spec(['nation', 'place'], [0, 1]), HES, counts),
    ]);
    expect(shown[0]).toContain('[c]');
    expect(shown[1]).toContain('*');
  });
});

test('a count between others that is not shown to be free counts as derivable, and more is withheld', () => {
  // The rest beside the group is anything from none to four, for who can look.
  const own = product('p', spec(['d'], [0], ['a']), HES, { a: 18, b: 3 });
  expect(made([own]).shown).toEqual([['20', '20']]);
  expect(made([own], blind(solver)).shown.flat()).toContain('[c]');
});
