import { describe, expect, it } from 'vitest';
import { bankHolidays } from '../../src/kernel/bank-holidays.ts';
import { addDays, type CalendarDate, dayOfWeek, nextPeriodStart, periodStart } from '../../src/kernel/calendar-date.ts';
import { nthWorkingDay } from '../../src/kernel/working-days.ts';

/*
 * As published for England and Wales at https://www.gov.uk/bank-holidays (Open Government Licence v3.0): 2012 to 2025
 * from the lists that GOV.UK served in those years, 2026 to 2028 as announced; each as month and day.
 */
const PUBLISHED: Readonly<Record<number, string>> = {
  2012: '01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26',
  2013: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2014: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2015: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2016: '01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27',
  2017: '01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
  2018: '01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26',
  2019: '01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26',
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2024: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28',
  2028: '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
};

describe('bank holidays of England', () => {
  it.each(Object.entries(PUBLISHED))('are in %s those that were published', (year, days) => {
    expect(bankHolidays(Number(year)).map((day) => day.slice(5))).toEqual(days.split(' '));
  });

  it('are eight a year for a century, on weekdays, two of them around Easter and two at Christmas', () => {
    for (let year = 2030; year < 2130; year += 1) {
      const days = bankHolidays(year);
      expect(new Set(days).size).toBe(8);
      expect(days.map(dayOfWeek).filter((day) => day === 0 || day === 6)).toEqual([]);
      const good = days.find((day) => dayOfWeek(day) === 5 && day.slice(5) > '03-15' && day.slice(5) < '04-30');
      expect(good === undefined ? '' : addDays(good, 3)).toBe(days[2]);
      expect(days.filter((day) => day.slice(5) > '12-24')).toHaveLength(2);
    }
  });
});

describe('working days', () => {
  const day = (text: string): CalendarDate => text as CalendarDate;

  it.each([
    [1, '2026-01-20', 'month', '2026-01-02'],
    [1, '2026-05-20', 'month', '2026-05-01'],
    [2, '2026-05-20', 'month', '2026-05-05'],
    [1, '2027-02-10', 'quarter', '2027-01-04'],
    [3, '2026-12-31', 'quarter', '2026-10-05'],
    [10, '2026-06-30', 'year', '2026-01-15'],
    [40, '2026-12-10', 'month', '2026-12-31'],
  ] as const)(
    'are counted from the beginning of the period: number %i around %s in the %s is %s',
    (n, around, unit, found) => {
      expect(nthWorkingDay(n, day(around), unit, [])).toBe(found);
    },
  );

  it('are Monday to Friday without bank holidays and the custodian’s own, counted day by day', () => {
    const own = day('2024-05-07');
    const closed = [...bankHolidays(2023), ...bankHolidays(2024), own];
    const isWorking = (each: CalendarDate): boolean => !closed.includes(each) && ![0, 6].includes(dayOfWeek(each));
    for (let at = day('2023-01-01'); at < '2025-01-01'; at = addDays(at, 11)) {
      for (const unit of ['month', 'quarter', 'year'] as const) {
        const all: CalendarDate[] = [];
        for (let each = periodStart(at, unit); each < nextPeriodStart(at, unit); each = addDays(each, 1))
          if (isWorking(each)) all.push(each);
        for (const n of [1, 2, all.length, all.length + 1])
          expect(nthWorkingDay(n, at, unit, [own])).toBe(all[Math.min(n, all.length) - 1]);
      }
    }
  });
});
