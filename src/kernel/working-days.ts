import { bankHolidays, isWeekend } from './bank-holidays.ts';
import { addDays, type CalendarDate, nextPeriodStart, periodStart } from './calendar-date.ts';

/**
 * The n-th working day, from 1, of the period that a day lies in; the last, where it has fewer. Working days are Monday to
 * Friday without England's bank holidays and without `holidays`, which are the custodian's own.
 */
export function nthWorkingDay(
  n: number,
  day: CalendarDate,
  unit: 'month' | 'quarter' | 'year',
  holidays: readonly CalendarDate[],
): CalendarDate {
  const start = periodStart(day, unit);
  const end = nextPeriodStart(day, unit);
  const closed = new Set([...bankHolidays(Number(start.slice(0, 4))), ...holidays]);
  let found = start;
  let count = 0;
  for (let each = start; each < end && count < n; each = addDays(each, 1)) {
    if (isWeekend(each) || closed.has(each)) continue;
    found = each;
    count += 1;
  }
  return found;
}
