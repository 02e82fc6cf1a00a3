import { type CalendarDate, daysBetween } from '../kernel/calendar-date.ts';
import type { Refusal } from './refusal.ts';

/** What looking at the source of a dataset found. */
export interface SourceFacts {
  /** As dars.yaml calls it. */
  readonly source: string;
  /** The workspace file that names it, for messages, and where in it. */
  readonly file: string;
  readonly line?: number;
  readonly asAt: CalendarDate | undefined;
  /** Undefined where any age will do. */
  readonly maxAgeDays: number | undefined;
  /** Of when it was when a study was last told what had changed; undefined where nobody was. */
  readonly toldAsAt?: CalendarDate | undefined;
  readonly defect: { readonly code: 'undated' | 'not-ready'; readonly message: string } | undefined;
}

/** Every source that is read is whole, and no older than the custodian allows; which age is allowed, dars.yaml says. */
export function sourceRefusals(sources: readonly SourceFacts[], today: CalendarDate): Refusal[] {
  return sources.flatMap(({ source, file, line, asAt, maxAgeDays, toldAsAt, defect }) => {
    const refusal = (code: string, message: string, hint: string): Refusal[] => [
      { code, message, hint, file, ...(line === undefined ? {} : { line }), path: `sources.${source}` },
    ];
    const label = `the source of ${source}`;
    if (defect?.code === 'not-ready') {
      return refusal('source-not-ready', `${label} ${defect.message}`, 'run this again when it is whole');
    }
    if (defect !== undefined) return refusal('source-undated', `${label} ${defect.message}`, 'see as_at');
    if (asAt === undefined) {
      return maxAgeDays === undefined
        ? []
        : refusal('source-undated', `${label} has no as_at, so its age is unknown`, 'add as_at');
    }
    const age = daysBetween(asAt, today);
    if (age < 0) return refusal('source-undated', `${label} is dated ${asAt}, after today, ${today}`, 'correct as_at');
    if (toldAsAt !== undefined && asAt < toldAsAt) {
      const message = `${label} is of ${asAt}, and its recipient was told of ${toldAsAt} before`;
      return refusal(
        'source-went-back',
        message,
        'an older state would be told as what has changed: fetch the present one',
      );
    }
    if (maxAgeDays === undefined || age <= maxAgeDays) return [];
    const old = `${label} is of ${asAt}, ${age} ${age === 1 ? 'day' : 'days'} old; ${maxAgeDays} are allowed`;
    return refusal('source-stale', old, 'fetch the present one, or change max_age_days');
  });
}
