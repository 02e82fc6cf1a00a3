import { describe, expect, test } from 'vitest';
import { type DisclosureRules, grantedRules } from '../../../src/agreement/disclosure-rules.ts';
import { checkReleased } from '../../../src/disclosure/tabulation/check-released.ts';

/** One table of one line, whose counts were printed so under these rules. */
function found(rules: DisclosureRules, value: string, national = false): string[] {
  const tables = [
    {
      ...{ name: 'by-sex', title: 'By sex', dimensions: [{ name: 'sex', title: 'Sex' }] },
      measures: [{ name: 'people', title: 'People', kind: 'count' as const }],
      lines: [{ at: [{ level: 0, levelName: 'SEX', label: 'Male', code: '1' }], values: [value], national }],
    },
  ];
  const released = { disclosure: 'aggregated', product: 'tables', title: 't', source: 's', rules, tables } as const;
  return checkReleased(released).map(({ table, line, message }) => `${table} ${line} ${message}`);
}

describe('finished tables are looked at once more by the rules alone', () => {
  const ROUND = grantedRules(undefined);
  const SUPPRESS = grantedRules({ rules: 'suppress', national: [] });
  const MIDPOINT = grantedRules({ rules: 'midpoint-6', national: [] });

  test.each<[string, DisclosureRules, string, string]>([
    ['the smallest count', ROUND, '1', 'shows a count that is not rounded'],
    ['a count at the threshold', ROUND, String(ROUND.threshold), 'shows a count that is not rounded'],
    ['a small count that looks rounded', ROUND, String(ROUND.base), 'shows a count that is not rounded'],
    ['a large count that is not rounded', ROUND, '41', 'shows a count that is not rounded'],
    ['the smallest count', SUPPRESS, '1', 'shows a small count'],
    ['a count at the threshold', SUPPRESS, String(SUPPRESS.threshold), 'shows a small count'],
    ['a count that is no midpoint', MIDPOINT, '7', 'shows a count that is no midpoint'],
    ['something else than a count', ROUND, '12.5', 'holds no count'],
    ['an empty cell', SUPPRESS, '', 'holds no count'],
  ])('%s is found', (_, rules, value, message) => {
    expect(found(rules, value)).toEqual([`by-sex 1 ${message}`]);
  });

  test.each<[string, DisclosureRules, string, boolean]>([
    ['nobody', ROUND, '0', false],
    ['what is withheld as small', ROUND, '*', false],
    ['what is withheld for others', SUPPRESS, '[c]', false],
    ['a rounded count', ROUND, '10', false],
    ['a count above the threshold', SUPPRESS, String(SUPPRESS.threshold + 1), false],
    ['a midpoint', MIDPOINT, '3', false],
    ['a national figure as it is', ROUND, '3', true],
  ])('%s may leave', (_, rules, value, national) => {
    expect(found(rules, value, national)).toEqual([]);
  });
});
