import type { Frequency, ProductKind } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type CalendarDate, calendarPeriod } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { type Pipeline, selectionsOf } from '../pipeline/pipeline-schema.ts';
import type { Refusal } from './refusal.ts';

/** A product of a dataset that went out, or that waits to: what it went out as, and when. */
export interface PastUse {
  readonly release: string;
  readonly agreement: string;
  readonly dataset: string;
  readonly product: ProductKind;
  readonly day: CalendarDate;
}

const UNIT = { monthly: 'month', quarterly: 'quarter', annual: 'year' } as const;

/** A product of a dataset that may not go out again yet, and what used it up. */
interface UsedUp {
  readonly path: readonly PropertyKey[];
  readonly frequency: Frequency;
  readonly use: PastUse;
}

/** What of a pipeline went out in its period before; whoever made it. */
export function usedUp(
  pipeline: Pipeline,
  { agreement }: LoadedAgreement,
  past: readonly PastUse[],
  today: CalendarDate,
): UsedUp[] {
  return pipeline.products.flatMap((product, index) =>
    selectionsOf(product, ['products', index]).flatMap(({ selection, path }) => {
      const frequency = agreement.datasets.find((grant) => grant.dataset === selection.dataset)?.frequency;
      if (frequency === undefined) return [];
      const use = past.find(
        (each) =>
          each.agreement === agreement.reference &&
          each.dataset === selection.dataset &&
          each.product === product.product &&
          samePeriod(each.day, today, frequency),
      );
      return use === undefined ? [] : [{ path, frequency, use }];
    }),
  );
}

/** A product of a dataset goes out once, or once in a calendar month, quarter or year, under one agreement version. */
export function frequencyRefusals(
  { pipeline, document }: LoadedPipeline,
  agreement: LoadedAgreement,
  past: readonly PastUse[],
  today: CalendarDate,
): Refusal[] {
  return usedUp(pipeline, agreement, past, today).map(({ path, frequency, use }) =>
    problemAt(
      document,
      [...path, 'dataset'],
      'frequency-used-up',
      `${use.dataset} as ${use.product} may go out ${inWords(frequency)}, and did on ${use.day} (release ${use.release})`,
      'to replace a delivered file: dars run --replaces FILE… --because "…"',
    ),
  );
}

function samePeriod(a: CalendarDate, b: CalendarDate, frequency: Frequency): boolean {
  return frequency === 'one-off' || calendarPeriod(a, UNIT[frequency]) === calendarPeriod(b, UNIT[frequency]);
}

function inWords(frequency: Frequency): string {
  return frequency === 'one-off' ? 'once' : `once in a calendar ${UNIT[frequency]}`;
}
