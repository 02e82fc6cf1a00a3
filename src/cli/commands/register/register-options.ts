import type { CalendarDate } from '../../../kernel/calendar-date.ts';
import { parseCalendarDate } from '../../../kernel/calendar-date.ts';
import { type DateRange, parseDateRange } from '../../../kernel/date-range.ts';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import { presentUser } from '../../present-user.ts';

/** The days that a command is about, as options name them. */
export interface RangeOptions {
  readonly quarter?: string;
  readonly month?: string;
  readonly from?: string;
  readonly to?: string;
}

export const RANGE_HELP = {
  quarter: ['--quarter <quarter>', 'a calendar quarter: 2026-Q3 is July to September'],
  month: ['--month <month>', 'a month: 2021-02'],
  from: ['--from <date>', 'the first day, with --to'],
  to: ['--to <date>', 'the last day; it is included'],
} as const;

/** The days that the options name; a Fault (exit 2) where they name none, or several. */
export function rangeOf(options: RangeOptions): DateRange {
  const named = [options.quarter, options.month].filter((each) => each !== undefined);
  const isPair = options.from !== undefined || options.to !== undefined;
  const hint = '--quarter 2026-Q3, --month 2021-02, or --from 2026-07-01 --to 2026-09-30';
  if (named.length + Number(isPair) !== 1) throw new Fault(ExitCode.usage, 'range', 'say which days, once', { hint });
  if (options.quarter !== undefined && !/^\d{4}-Q[1-4]$/.test(options.quarter))
    throw new Fault(ExitCode.usage, 'range', '--quarter wants a quarter such as 2026-Q3', { hint });
  if (options.month !== undefined && !/^\d{4}-\d{2}$/.test(options.month))
    throw new Fault(ExitCode.usage, 'range', '--month wants a month such as 2021-02', { hint });
  const range = isPair ? pairOf(options.from, options.to) : parseDateRange(named[0] ?? '');
  if (range === undefined || range.from > range.to)
    throw new Fault(ExitCode.usage, 'range', 'these are no days of the calendar, or they end before they begin', {
      hint,
    });
  return range;
}

function pairOf(from: string | undefined, to: string | undefined): DateRange | undefined {
  const [first, last] = [from, to].map((text): CalendarDate | undefined => parseCalendarDate(text ?? ''));
  return first === undefined || last === undefined ? undefined : { from: first, to: last };
}

/** Who says so: `--by`, or the user of this process. */
export function personOf(by: string | undefined): string {
  return textOf(by ?? presentUser(), '--by');
}

/** A text that says something; a Fault (exit 2) where it is blank. */
export function textOf(text: string | undefined, option: string): string {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '')
    throw new Fault(ExitCode.usage, 'blank', `${option} wants a text`, { hint: 'it is recorded and published' });
  return trimmed;
}
