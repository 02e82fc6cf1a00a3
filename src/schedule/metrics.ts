import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { InputLook } from '../engine/engine.ts';
import { type CalendarDate, dayOf, daysBetween } from '../kernel/calendar-date.ts';
import { type Intended, isKind } from '../ledger/entries.ts';
import { deliveredFiles } from '../ledger/history.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { MetricFamily, Sample } from './exposition.ts';
import { outboxList } from './outbox-list.ts';

/** What the last run of all that was due came to; kept beside the ledger, as the ledger says nothing of runs. */
export interface LastDue {
  readonly run: string;
  /** ISO 8601. */
  readonly started: string;
  readonly ended: string;
  readonly exit: number;
  /** Of the last run that ended with 0. */
  readonly succeeded?: string;
  readonly results: Readonly<Record<string, number>>;
  /** Pipeline -> how long its release took, for those that something was done about. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** All that metrics are made of. */
export interface MetricFacts {
  readonly now: Date;
  readonly entries: readonly Entry[];
  readonly agreements: readonly LoadedAgreement[];
  readonly pipelines: readonly LoadedPipeline[];
  readonly looks: readonly InputLook[];
  /** Source -> days that it may be old. */
  readonly maxAgeDays: Readonly<Record<string, number | undefined>>;
  readonly lastDue: LastDue | undefined;
}

const HORIZONS = [30, 60, 90];

/**
 * What operations teams watch. Moments are given as timestamps and not as ages, since a file is read long after it was
 * written: the age is `time() - dars_…_timestamp_seconds`. Labels are names of this workspace, never a value of a patient.
 */
export function metricsOf(facts: MetricFacts): readonly MetricFamily[] {
  return [
    ...deliveries(facts),
    ...troubles(facts),
    ...outbox(facts),
    ...sources(facts),
    ...agreements(facts),
    ...lastRun(facts.lastDue),
    gauge('dars_ledger_entries', 'Entries of the ledger.', [{ value: facts.entries.length }]),
  ];
}

function deliveries({ entries }: MetricFacts): MetricFamily[] {
  const totals = new Map<string, { releases: Set<string>; rows: number; bytes: number }>();
  const last = new Map<string, { intended: Intended; at: string }>();
  for (const { file, intended, delivered } of deliveredFiles(entries)) {
    const { pipeline, release } = intended;
    const total = totals.get(pipeline) ?? { releases: new Set<string>(), rows: 0, bytes: 0 };
    total.releases.add(release);
    totals.set(pipeline, { ...total, rows: total.rows + file.rows, bytes: total.bytes + file.bytes });
    const known = last.get(pipeline);
    if (known === undefined || known.at <= delivered.time) last.set(pipeline, { intended, at: delivered.time });
  }
  const total = (of: (each: { releases: Set<string>; rows: number; bytes: number }) => number): Sample[] =>
    sorted([...totals].map(([pipeline, each]) => ({ labels: { pipeline }, value: of(each) })));
  const latest = (of: (each: { intended: Intended; at: string }) => number): Sample[] =>
    sorted([...last].map(([pipeline, each]) => ({ labels: { pipeline }, value: of(each) })));
  const sum = (of: 'rows' | 'bytes') => (each: { intended: Intended }) =>
    each.intended.files.reduce((all, file) => all + file[of], 0);
  return [
    gauge(
      'dars_last_delivery_timestamp_seconds',
      'When a release of the pipeline was last delivered.',
      latest(({ at }) => seconds(at)),
    ),
    gauge('dars_last_delivery_rows', 'Rows of the release that was delivered last.', latest(sum('rows'))),
    gauge(
      'dars_last_delivery_bytes',
      'Bytes of ciphertext of the release that was delivered last.',
      latest(sum('bytes')),
    ),
    counter(
      'dars_deliveries_total',
      'Releases delivered.',
      total(({ releases }) => releases.size),
    ),
    counter(
      'dars_delivered_rows_total',
      'Rows delivered.',
      total(({ rows }) => rows),
    ),
    counter(
      'dars_delivered_bytes_total',
      'Bytes of ciphertext delivered.',
      total(({ bytes }) => bytes),
    ),
  ];
}

function troubles({ entries }: MetricFacts): MetricFamily[] {
  const intended = new Map(entries.flatMap((each) => (isKind(each, 'intended') ? [[each.release, each]] : [])));
  const refusals = entries.flatMap((each) =>
    isKind(each, 'refused') ? each.refusals.map(({ code }) => ({ pipeline: each.pipeline, code })) : [],
  );
  const failures = entries.flatMap((each) =>
    isKind(each, 'failed')
      ? [{ destination: intended.get(each.release)?.recipient.destination ?? '', code: each.code }]
      : [],
  );
  const abandoned = entries.flatMap((each) =>
    isKind(each, 'abandoned') ? [{ pipeline: intended.get(each.release)?.pipeline ?? '' }] : [],
  );
  return [
    counter('dars_refusals_total', 'Reasons for which releases were refused.', counts(refusals)),
    counter('dars_delivery_failures_total', 'Deliveries that failed.', counts(failures)),
    counter('dars_abandoned_total', 'Sealed releases that were given up.', counts(abandoned)),
  ];
}

function outbox({ entries, now }: MetricFacts): MetricFamily[] {
  const waiting = outboxList(entries, now);
  const by = (of: (list: typeof waiting) => number): Sample[] =>
    [...new Set(waiting.map(({ destination }) => destination))].sort().map((destination) => ({
      labels: { destination },
      value: of(waiting.filter((each) => each.destination === destination)),
    }));
  const oldest = (list: typeof waiting): number => Math.min(...list.map(({ since }) => seconds(since)));
  return [
    // Without labels, so that there is a sample when nothing waits.
    gauge('dars_outbox_waiting', 'Releases that are sealed and not delivered.', [{ value: waiting.length }]),
    gauge(
      'dars_outbox_releases',
      'The same, by destination.',
      by((list) => list.length),
    ),
    gauge(
      'dars_outbox_bytes',
      'Bytes of ciphertext that wait.',
      by((list) => list.reduce((sum, { bytes }) => sum + bytes, 0)),
    ),
    gauge('dars_outbox_oldest_timestamp_seconds', 'Since when the oldest release waits.', by(oldest)),
  ];
}

function sources({ looks, maxAgeDays }: MetricFacts): MetricFamily[] {
  const dated = looks.flatMap(({ source, asAt }) =>
    asAt === undefined ? [] : [{ labels: { source }, value: seconds(asAt) }],
  );
  const limited = Object.entries(maxAgeDays).flatMap(([source, days]) =>
    days === undefined ? [] : [{ labels: { source }, value: days * 86_400 }],
  );
  return [
    gauge(
      'dars_source_as_at_timestamp_seconds',
      'The day that a source tells of; opt_outs is the opt-out list.',
      sorted(dated),
    ),
    gauge('dars_source_max_age_seconds', 'How old a source may be.', sorted(limited)),
  ];
}

/** Of the agreement versions that some pipeline stands on, and that are in force. */
function agreements({ agreements: all, pipelines, now }: MetricFacts): MetricFamily[] {
  const today = dayOf(now);
  const used = new Set(pipelines.map(({ pipeline }) => pipeline.agreement));
  const ends = all
    .filter(
      ({ reference, agreement: { term } }) => used.has(reference.text) && term.start <= today && today <= term.end,
    )
    .map(({ reference, agreement: { term } }) => ({ agreement: reference.text, end: term.end as CalendarDate }));
  return [
    gauge(
      'dars_agreement_end_timestamp_seconds',
      'The last day of an agreement that is in force.',
      sorted(ends.map(({ agreement, end }) => ({ labels: { agreement }, value: seconds(end) }))),
    ),
    gauge(
      'dars_agreements_ending',
      'Agreements in force that end within so many days.',
      HORIZONS.map((days) => ({
        labels: { within_days: String(days) },
        value: ends.filter(({ end }) => daysBetween(today, end) <= days).length,
      })),
    ),
  ];
}

function lastRun(last: LastDue | undefined): MetricFamily[] {
  if (last === undefined) return [];
  const { started, ended, exit, succeeded, results, seconds: took } = last;
  const by = (label: string, of: Readonly<Record<string, number>>): Sample[] =>
    sorted(Object.entries(of).map(([name, value]) => ({ labels: { [label]: name }, value })));
  return [
    gauge('dars_due_start_timestamp_seconds', 'When dars due began last.', [{ value: seconds(started) }]),
    gauge('dars_due_end_timestamp_seconds', 'When that run ended.', [{ value: seconds(ended) }]),
    gauge('dars_due_duration_seconds', 'How long that run took.', [{ value: seconds(ended) - seconds(started) }]),
    gauge('dars_due_exit_code', 'What that run ended with.', [{ value: exit }]),
    gauge('dars_due_results', 'What that run came to.', by('outcome', results)),
    gauge('dars_due_release_duration_seconds', 'How long a release took in that run.', by('pipeline', took)),
    gauge(
      'dars_due_last_success_timestamp_seconds',
      'When a run ended with 0 for the last time.',
      succeeded === undefined ? [] : [{ value: seconds(succeeded) }],
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, help, type: 'counter', samples };
}

/** How often each set of labels is there. */
function counts(all: readonly Readonly<Record<string, string>>[]): Sample[] {
  const found = new Map<string, Sample>();
  for (const labels of all) {
    const key = JSON.stringify(labels);
    found.set(key, { labels, value: (found.get(key)?.value ?? 0) + 1 });
  }
  return sorted([...found.values()]);
}

function sorted(samples: readonly Sample[]): Sample[] {
  return [...samples].sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
}

/** Seconds since 1970 of a day or a moment. */
function seconds(time: string): number {
  return Date.parse(time) / 1000;
}
