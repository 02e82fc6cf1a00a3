import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CatalogueColumn } from '../../src/catalogue/dataset.ts';
import { permits } from '../../src/gate/permits.ts';
import type { Comparison, Condition } from '../../src/relation/condition.ts';

const VALUES = ['1', '2', '10', '11', '100'];
const COLUMNS = ['A', 'B'];

type Row = Readonly<Record<string, string | null>>;

/** What SQL makes of a condition: unknown where a value is missing, and unknown is not yes. */
function meets(condition: Condition, row: Row): boolean | undefined {
  switch (condition.kind) {
    case 'all_of': {
      const parts = condition.of.map((inner) => meets(inner, row));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case 'any_of': {
      const parts = condition.of.map((inner) => meets(inner, row));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const inner = meets(condition.of, row);
      return inner === undefined ? undefined : !inner;
    }
    case 'is_null':
      return (row[condition.column] === null) === condition.is;
    default: {
      const value = row[condition.column] ?? null;
      return value === null ? undefined : holds(condition, value);
    }
  }
}

function holds(comparison: Exclude<Comparison, { kind: 'is_null' }>, value: string): boolean {
  switch (comparison.kind) {
    case 'in':
      return comparison.values.includes(value);
    case 'not_in':
      return !comparison.values.includes(value);
    case 'starts_with':
      return comparison.values.some((prefix) => value.startsWith(prefix));
    case 'between':
      return value >= comparison.low && value <= comparison.high;
    case 'at_least':
      return value >= comparison.value;
    case 'at_most':
      return value <= comparison.value;
  }
}

const value = fc.constantFrom(...VALUES);
const column = fc.constantFrom(...COLUMNS);
const values = fc.array(value, { minLength: 1, maxLength: 3 });
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constantFrom('in', 'not_in', 'starts_with'), column, values }),
    fc.record({ kind: fc.constant('between'), column, low: value, high: value }),
    fc.record({ kind: fc.constantFrom('at_least', 'at_most'), column, value }),
    fc.record({ kind: fc.constant('is_null'), column, is: fc.boolean() }),
    fc.record({ kind: fc.constant('not'), of: tie('condition') }),
    fc.record({
      kind: fc.constantFrom('any_of', 'all_of'),
      of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
  ) as fc.Arbitrary<Condition>,
}));

const A: CatalogueColumn = { name: 'A', type: 'text', class: 'plain', description: 'a' };

test('no row with a value that is not permitted meets the condition, whatever else is in it', () => {
  let denied = 0;
  fc.assert(
    fc.property(condition, value, fc.option(value), (limit, a, b) => {
      if (permits(limit, A, a) !== false) return;
      denied += 1;
      expect(meets(limit, { A: a, B: b })).not.toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(denied).toBeGreaterThan(100);
});

test('a value of which the condition says yes makes a row meet it, whatever else is in it', () => {
  let allowed = 0;
  fc.assert(
    fc.property(condition, value, fc.option(value), (limit, a, b) => {
      if (permits(limit, A, a) !== true) return;
      allowed += 1;
      expect(meets(limit, { A: a, B: b })).toBe(true);
    }),
    { numRuns: 3000 },
  );
  expect(allowed).toBeGreaterThan(100);
});
