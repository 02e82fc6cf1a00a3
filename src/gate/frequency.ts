import type { Frequency, ProductKind } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { type CalendarDate, calendarPeriod } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { selectionsOf } from '../pipeline/pipeline-schema.ts';
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

/** A product of a dataset goes out once, or once in a calendar month, quarter or year, under one agreement version. */
export function frequencyRefusals(
  { pipeline, document }: LoadedPipeline,
  { agreement }: LoadedAgreement,
  past: readonly PastUse[],
  today: CalendarDate,
): Refusal[] {
  return pipeline.products.flatMap((product, index) =>
    selectionsOf(product, ['products', index]).flatMap(({ selection, path }) => {
      const frequency = agreement.datasets.find((grant) => grant.dataset === selection.dataset)?.frequency;
      if (frequency === undefined) return [];
      const used = past.find(
        (use) =>
          use.agreement === agreement.reference &&
          use.dataset === selection.dataset &&
          use.product === product.product &&
          samePeriod(use.day, today, frequency),
      );
      if (used === undefined) return [];
      return [
        problemAt(
          document,
          [...path, 'dataset'],
          'frequency-used-up',
          `${selection.dataset} as ${product.product} may go out ${inWords(frequency)}, and did on ${used.day} (release ${used.release})`,
          'to replace a delivered file: dars run --replaces FILE… --because "…"',
        ),
      ];
    }),
  );
}

function samePeriod(a: CalendarDate, b: CalendarDate, frequency: Frequency): boolean {
  return frequency === 'one-off' || calendarPeriod(a, UNIT[frequency]) === calendarPeriod(b, UNIT[frequency]);
}

function inWords(frequency: Frequency): string {
  return frequency === 'one-off' ? 'once' : `once in a calendar ${UNIT[frequency]}`;
}
