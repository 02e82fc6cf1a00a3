import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { grantedRules } from '../../../src/agreement/disclosure-rules.ts';
import { audit, isExact } from '../../../src/disclosure/audit/audit.ts';
import type { Solver } from '../../../src/disclosure/solver.ts';
import { sparseRows } from '../../../src/disclosure/tables/sparse-rows.ts';
import { control } from '../../../src/disclosure/tabulation/control.ts';
import { printed } from '../../../src/disclosure/tabulation/printed.ts';
import { releasedTables } from '../../../src/disclosure/tabulation/released-tables.ts';
import type { TabulationSpec } from '../../../src/disclosure/tabulation/tabulation-spec.ts';
import { theSolver } from '../tables/support/solver.ts';
import { countByHand } from './support/count-by-hand.ts';
import { EVERYTHING } from './support/everything.ts';

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/disclosure', name), 'utf8'));

const HES = grantedRules(undefined);

let solver: Solver;
beforeAll(async () => {
  solver = await theSolver();
});

describe('what is printed of a count', () => {
  test('is what NHS Digital’s own code prints, under the HES rule', () => {
    const { suppress_value, docstring } = fixture('codonpython-vectors.json') as Record<string, [number, string][]>;
    for (const [count, text] of [...(suppress_value ?? []), ...(docstring ?? [])]) {
      expect([count, printed(count, HES, false).text]).toEqual([count, text]);
    }
  });

  test('is the midpoint of its six, as OpenSAFELY has it', () => {
    const { midpoint6 } = fixture('opensafely-examples.json') as { midpoint6: [number, number][] };
    const rules = grantedRules({ rules: 'midpoint-6', national: [] });
    for (const [count, middle] of midpoint6) expect(printed(count, rules, false).text).toBe(String(middle));
  });

  test('holds the true count in the range that anybody reads off it', () => {
    for (const rules of [
      HES,
      { ...HES, base: 10, threshold: 9 },
      grantedRules({ rules: 'midpoint-6', national: [] }),
      grantedRules({ rules: 'suppress', national: [] }),
    ]) {
      for (let count = 0; count < 200; count += 1) {
        const { lower, upper } = printed(count, rules, false);
        expect([rules.rules, lower <= count && count <= upper]).toEqual([rules.rules, true]);
      }
    }
  });
});

interface OneWay {
  readonly cells: readonly number[];
  readonly published: readonly (number | '*')[];
  readonly total: number;
  readonly intervals: readonly (readonly [number, number])[];
}
const leaks = fixture('one-way-exact-disclosures.json') as {
  subnational_total_rounded: OneWay[];
  national_total_exact: OneWay[];
};

/** What the HES rule alone says of a cell. */
function range(shown: number | '*', exact: boolean): [number, number] {
  if (shown === '*') return [1, 7];
  return exact || shown === 0 ? [shown, shown] : [Math.max(8, shown - 2), shown + 2];
}

function spec(cells: readonly number[]): TabulationSpec {
  return {
    title: 't',
    source: 's',
    national: false,
    dimensions: [
      {
        name: 'd',
        title: 'd',
        meaning: 'D',
        levels: [{ name: 'd', column: 'd', groups: [] }],
        values: cells.map((_, index) => `c${index}`),
        labels: {},
        national: false,
      },
    ],
    measures: [{ name: 'rows', title: 'rows', kind: 'count', of: 'rows' }],
    tables: [{ name: 't', title: 't', by: [{ dimension: 0, levels: [0] }], measures: [0] }],
  };
}

describe.each(['subnational_total_rounded', 'national_total_exact'] as const)(
  'tables that the HES rule alone gives away: %s',
  (kind) => {
    test('the auditor finds each, to the count', () => {
      for (const { published, total, intervals } of leaks[kind]) {
        const ends = [...published.map((shown) => range(shown, false)), range(total, kind === 'national_total_exact')];
        const system = {
          columns: ends.length,
          lower: new Float64Array(ends.length),
          upper: new Float64Array(ends.length).fill(Number.POSITIVE_INFINITY),
          relations: sparseRows([ends.map((_, column) => ({ column, value: column === published.length ? -1 : 1 }))]),
          totals: new Float64Array(1),
          integral: true,
        };
        const publication = {
          system,
          lower: Float64Array.from(ends, ([low]) => low),
          upper: Float64Array.from(ends, ([, high]) => high),
        };
        const found = audit(publication, [...published.keys()], solver);
        expect(found.map(({ lower, upper }) => [lower, upper])).toEqual(intervals);
        expect(found.some((each) => isExact(each) && published[each.column] === '*')).toBe(true);
      }
    });

    test('each is repaired before it leaves', () => {
      for (const { cells } of leaks[kind]) {
        const own = spec(cells);
        const rows = cells.flatMap((count, cell) =>
          Array.from({ length: count }, () => ({ person: undefined, labels: [[`c${cell}`]] })),
        );
        const products = [{ product: 'p', spec: own, rules: HES, counted: countByHand(own, rows), scope: EVERYTHING }];
        const result = control(products, [], solver);
        const shown = releasedTables(result, products, 0).tables[0]?.lines.map(({ values }) => values[0]);
        expect(shown).toContain('*');
        for (const interval of result.intervals) {
          if (result.small.has(interval.column))
            expect(interval.possibleUpper - interval.possibleLower).toBeGreaterThanOrEqual(1);
        }
      }
    });
  },
);
