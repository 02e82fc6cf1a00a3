import { describe, expect, test } from 'vitest';
import { dayInWords, isWithin, monthLabel, parseDateRange, rangeInWords } from '../../src/kernel/date-range.ts';
import { foldedText, sameButForTypography } from '../../src/kernel/folded-text.ts';

describe('days that are named', () => {
  test.each([
    ['2026-Q3', '2026-07-01', '2026-09-30'],
    ['2026-Q1', '2026-01-01', '2026-03-31'],
    ['2026-Q4', '2026-10-01', '2026-12-31'],
    ['2021-02', '2021-02-01', '2021-02-28'],
    ['2024-02', '2024-02-01', '2024-02-29'],
    ['2026', '2026-01-01', '2026-12-31'],
  ])('%s is %s to %s', (text, from, to) => {
    expect(parseDateRange(text)).toEqual({ from, to });
  });

  test.each(['2026-Q5', '2026-Q0', '2026-13', '2026-00', '26-Q1', '2026-q3', '2026-07-01', ''])(
    '%s is none',
    (text) => {
      expect(parseDateRange(text)).toBeUndefined();
    },
  );

  test('both ends are in it', () => {
    const range = { from: '2026-07-01', to: '2026-09-30' };
    expect(['2026-06-30', '2026-07-01', '2026-09-30', '2026-10-01'].map((day) => isWithin(day, range))).toEqual([
      ...[false, true, true, false],
    ]);
  });

  test('in the register’s words, and in people’s', () => {
    expect(monthLabel('2019-07-31')).toBe('Jul-19');
    expect(dayInWords('2026-09-01')).toBe('1 September 2026');
    expect(rangeInWords({ from: '2026-07-01', to: '2026-09-30' })).toBe('1 July to 30 September 2026');
    expect(rangeInWords({ from: '2021-02-01', to: '2021-02-28' })).toBe('1 to 28 February 2021');
    expect(rangeInWords({ from: '2025-12-01', to: '2026-01-31' })).toBe('1 December 2025 to 31 January 2026');
    expect(rangeInWords({ from: '2026-07-01', to: '2026-07-01' })).toBe('1 July 2026');
  });
});

describe('text as comparison sees it', () => {
  test('dashes, quotes, blanks and forms of Unicode are one', () => {
    expect(foldedText(' Act 2012 – s261\n‘Other’  “x”\u00a0ﬁ ')).toBe('Act 2012 - s261 \'Other\' "x" fi');
    expect(sameButForTypography('Health Act – S36 ', 'health act - s36')).toBe(true);
  });

  test('a letter or a number more is another text', () => {
    expect(sameButForTypography('s261(1)', 's261(7)')).toBe(false);
    expect(sameButForTypography('NHS X', 'NHS XY')).toBe(false);
  });
});
