import type { DuckDBConnection } from '@duckdb/node-api';
import { type CalendarDate, parseCalendarDate } from '../kernel/calendar-date.ts';
import type { Sql, Wanted } from './sql.ts';

/** Days since 1970-01-01. */
export function dayNumber(day: CalendarDate): number {
  return Math.round(Date.parse(day) / 86_400_000);
}

/** The day number of a day that is known to exist. */
export function fixedDay(text: string): number {
  const day = parseCalendarDate(text);
  if (day === undefined) throw new Error(`${text} is no day`);
  return dayNumber(day);
}

/** What HES writes for a date that was not given, and for one that was none. */
export const NOT_GIVEN = fixedDay('1800-01-01');
export const NOT_A_DATE = fixedDay('1801-01-01');

/** April to March, named as HES names it: 2425. */
export interface FinancialYear {
  readonly label: string;
  /** The calendar year of its April. */
  readonly begins: number;
  readonly firstDay: number;
  readonly days: number;
}

export function financialYear(begins: number): FinancialYear {
  const two = (year: number) => String(year % 100).padStart(2, '0');
  const firstDay = fixedDay(`${begins}-04-01`);
  return {
    label: `${two(begins)}${two(begins + 1)}`,
    begins,
    firstDay,
    days: fixedDay(`${begins + 1}-04-01`) - firstDay,
  };
}

/** The financial year that a day lies in. */
export function financialYearOf(day: number): FinancialYear {
  const year = new Date(day * 86_400_000).getUTCFullYear();
  const same = financialYear(year);
  return day >= same.firstDay ? same : financialYear(year - 1);
}

/**
 * A row a day: looking a day up costs a tenth of DuckDB's date functions. MYDOB of the two days that stand for no date
 * is null.
 */
export async function createCalendar(connection: DuckDBConnection): Promise<void> {
  await connection.run(`
    CREATE TYPE code_mydob AS ENUM (
      SELECT lpad(m::VARCHAR, 2, '0') || y FROM range(1, 13) t(m), range(1860, 2200) u(y));
    CREATE TABLE calendar AS
      SELECT slot::INTEGER AS slot, strftime(day, '%Y%m%d')::INTEGER AS ymd, strftime(day, '%m%Y')::code_mydob AS mydob
      FROM (SELECT slot, DATE '1970-01-01' + slot::INTEGER AS day
            FROM range(${fixedDay('1860-01-01')}, ${fixedDay('2199-12-31')}) t(slot))
      UNION ALL
      SELECT unnest([${NOT_GIVEN}, ${NOT_A_DATE}]), unnest([18000101, 18010101]), NULL`);
}

/** Looks a day up as a number YYYYMMDD. */
export function yearMonthDay(day: Sql, name: string): Wanted {
  return ['calendar', day, { [name]: 'ymd' }];
}

/** Complete years from one YYYYMMDD to another. */
export function yearsBetween(from: Sql, to: Sql): Sql {
  return `((${to} - ${from}) // 10000)`;
}
