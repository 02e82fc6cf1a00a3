import type { Dataset } from '../catalogue/dataset.ts';
import { findColumn } from '../catalogue/dataset.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Product, Selection } from '../pipeline/pipeline-schema.ts';
import {
  columnsOfReport,
  eventOf,
  OCCURRENCES,
  type PdsEvent,
  type ReportKind,
  tellsChanges,
} from '../pipeline/tracking-report.ts';
import { columnName, must } from './checked.ts';
import type { Clauses } from './clauses.ts';
import type { OutputColumn, Step, TrackedEvent } from './plan.ts';

/** What a report of a tracking product has besides what an extract has. */
interface TrackedPart {
  readonly tell: Step;
  readonly leading: readonly string[];
  readonly abbreviation: string;
}

export function trackedPart(
  product: Product & { product: 'tracking' },
  { report }: Selection,
  path: readonly PropertyKey[],
  dataset: Dataset,
  columns: readonly OutputColumn[],
  { pipeline }: LoadedPipeline,
  clauses: Clauses,
): TrackedPart {
  const kind = must(report);
  const words = tellsChanges(kind)
    ? 'only what is new, corrected or ended since what was delivered before'
    : 'every member that is reported on, each time';
  return {
    tell: {
      kind: 'tell',
      report: kind,
      scope: [pipeline.pipeline, product.name, kind, ...(kind === 'registrations' ? [dataset.dataset] : [])].join('/'),
      events: trackedEvents(kind, dataset, columns),
      key: dataset.key
        .filter(
          (name) => findColumn(dataset, name) !== undefined && name.toUpperCase() !== dataset.person_key.toUpperCase(),
        )
        .map((name) => columnName(dataset, name)),
      reason: clauses.pipeline(path, words),
    },
    leading: columnsOfReport(kind),
    abbreviation: kind === 'registrations' ? dataset.abbreviation : kind.replaceAll('-', '_').toUpperCase(),
  };
}

function trackedEvents(report: ReportKind, dataset: Dataset, columns: readonly OutputColumn[]): TrackedEvent[] {
  if (!tellsChanges(report)) return [];
  if (report !== 'event-notification') {
    const event = report === 'cause-of-death' ? 'CAUSE_OF_DEATH' : dataset.abbreviation;
    return [{ event, columns: columns.map(({ name }) => name), occurrence: true }];
  }
  const events = new Map<PdsEvent, string[]>();
  for (const { name, from } of columns) {
    const event = must(eventOf(from));
    events.set(event, [...(events.get(event) ?? []), name]);
  }
  return [...events].map(([event, names]) => ({ event, columns: names, occurrence: OCCURRENCES.includes(event) }));
}
