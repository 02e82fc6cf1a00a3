import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type CalendarDate, daysBetween } from '../kernel/calendar-date.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Refusal } from './refusal.ts';
import { usedDatasets } from './used-datasets.ts';

/** What looking at the opt-out list found. */
export interface OptOutFacts {
  /** The workspace file that names the list, for messages. */
  readonly file: string;
  /** Where in it. */
  readonly line?: number;
  readonly asAt: CalendarDate | undefined;
  readonly maxAgeDays: number;
  /** Why it can't be used at all, with a sentence that holds no value of it. */
  readonly defect:
    | {
        readonly code: 'missing' | 'empty' | 'malformed' | 'answer' | 'undated' | 'not-ready';
        readonly message: string;
      }
    | undefined;
}

const PATH = 'sources.opt_outs';

/**
 * The list is there, whole and fresh: opt-outs must be applied within 21 days of being set (national data opt-out
 * operational policy). Where every dataset used is exempt no list is needed, and its state does not matter.
 */
export function optOutRefusals(
  facts: OptOutFacts,
  { pipeline }: LoadedPipeline,
  { agreement }: LoadedAgreement,
  today: CalendarDate,
): Refusal[] {
  const used = usedDatasets(pipeline);
  const applies = agreement.datasets.some((grant) => used.includes(grant.dataset) && grant.opt_outs.apply);
  if (!applies) return [];
  const place = { file: facts.file, ...(facts.line === undefined ? {} : { line: facts.line }), path: PATH };
  if (facts.defect !== undefined) {
    return [
      {
        ...place,
        code: `opt-outs-${facts.defect.code}`,
        message: facts.defect.message,
        hint: 'nothing is released without a whole opt-out list; fetch it again',
      },
    ];
  }
  if (facts.asAt === undefined) {
    return [
      {
        ...place,
        code: 'opt-outs-undated',
        message: 'the opt-out list has no as_at, so its age is unknown',
        hint: 'add as_at: DATE',
      },
    ];
  }
  const age = daysBetween(facts.asAt, today);
  if (age < 0) {
    return [
      {
        ...place,
        code: 'opt-outs-undated',
        message: `the opt-out list is dated ${facts.asAt}, after today, ${today}`,
        hint: 'correct as_at',
      },
    ];
  }
  if (age > facts.maxAgeDays) {
    return [
      {
        ...place,
        code: 'opt-outs-stale',
        message: `the opt-out list is of ${facts.asAt}, ${age} days old; ${facts.maxAgeDays} are allowed`,
        hint: 'fetch the present list and set its as_at',
      },
    ];
  }
  return [];
}
