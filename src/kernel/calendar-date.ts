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
