/** A day of the calendar as `YYYY-MM-DD`; strings of this type compare in time order. */
export type CalendarDate = string & { readonly __brand: 'CalendarDate' };

/** The day that the text names, or undefined if there is no such day (2023-02-29) or it is written in another way. */
export function parseCalendarDate(text: string): CalendarDate | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return undefined;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text ? undefined : (text as CalendarDate);
}

const LONDON = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The custodian's business day of a moment: in London, where a run at half past midnight in June is of the new day. */
export function dayOf(moment: Date): CalendarDate {
  const parts = new Map(LONDON.formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${parts.get('year')?.padStart(4, '0')}-${parts.get('month')}-${parts.get('day')}` as CalendarDate;
}

/** Days from one day to another; negative if `to` is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** The calendar month `2026-07`, quarter `2026-Q3` or year `2026` that a day lies in. */
export function calendarPeriod(day: CalendarDate, unit: 'month' | 'quarter' | 'year'): string {
  const year = day.slice(0, 4);
  switch (unit) {
    case 'month':
      return day.slice(0, 7);
    case 'quarter':
      return `${year}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
    case 'year':
      return year;
  }
}

/** The day so many days later; earlier for a negative number. */
export function addDays(day: CalendarDate, days: number): CalendarDate {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10) as CalendarDate;
}

/** 0 for Sunday to 6 for Saturday. */
export function dayOfWeek(day: CalendarDate): number {
  return new Date(Date.parse(day)).getUTCDay();
}

/** The first day of the calendar month, quarter or year that a day lies in. */
export function periodStart(day: CalendarDate, unit: 'month' | 'quarter' | 'year'): CalendarDate {
  const [year, month] = [day.slice(0, 4), Number(day.slice(5, 7))];
  const first = { month, quarter: month - ((month - 1) % 3), year: 1 }[unit];
  return `${year}-${String(first).padStart(2, '0')}-01` as CalendarDate;
}

/** The first day of the month, quarter or year after the one that a day lies in. */
export function nextPeriodStart(day: CalendarDate, unit: 'month' | 'quarter' | 'year'): CalendarDate {
  // Longer than any such period and shorter than two.
  return periodStart(addDays(periodStart(day, unit), { month: 40, quarter: 100, year: 400 }[unit]), unit);
}
