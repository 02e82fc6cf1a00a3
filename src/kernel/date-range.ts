import { type CalendarDate, dayOf, parseCalendarDate } from './calendar-date.ts';

/** Days, both ends included. */
export interface DateRange {
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The days of a month `2021-02`, of a quarter `2026-Q3` (July to September) or of a year `2026`; undefined for other text. */
export function parseDateRange(text: string): DateRange | undefined {
  const [, year = '', quarter, month] = /^(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?$/.exec(text) ?? [];
  if (year === '') return undefined;
  const first = quarter !== undefined ? Number(quarter) * 3 - 2 : Number(month ?? 1);
  const months = quarter !== undefined ? 3 : month !== undefined ? 1 : 12;
  const from = parseCalendarDate(`${year}-${String(first).padStart(2, '0')}-01`);
  return from === undefined ? undefined : { from, to: dayOf(new Date(Date.UTC(Number(year), first - 1 + months, 0))) };
}

/** Whether a day lies in a range. */
export function isWithin(day: string, { from, to }: { readonly from: string; readonly to: string }): boolean {
  return from <= day && day <= to;
}

/** `Jul-19`, as the register writes the month of a day. */
export function monthLabel(day: string): string {
  return `${monthName(day).slice(0, 3)}-${day.slice(2, 4)}`;
}

/** `1 July to 30 September 2026`, as people say it. */
export function rangeInWords({ from, to }: { readonly from: string; readonly to: string }): string {
  if (from === to) return dayInWords(to);
  const [a, b] = [dayInWords(from), dayInWords(to)];
  if (from.slice(0, 7) === to.slice(0, 7)) return `${Number(from.slice(8))} to ${b}`;
  return from.slice(0, 4) === to.slice(0, 4) ? `${a.slice(0, -5)} to ${b}` : `${a} to ${b}`;
}

/** `30 September 2026` */
export function dayInWords(day: string): string {
  return `${Number(day.slice(8))} ${monthName(day)} ${day.slice(0, 4)}`;
}

function monthName(day: string): string {
  return MONTHS[Number(day.slice(5, 7)) - 1] ?? '';
}
