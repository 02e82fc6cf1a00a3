import { COHORT } from '../cohort/cohort-tables.ts';
import type { ValidationReport } from '../cohort/validation-report.ts';
import { levelsOf } from '../compare/compare-pairs.ts';
import { type LinkageDatabase, numberIn } from '../database.ts';
import type { Model } from '../model.ts';
import type { Calibration } from '../trace/calibrate.ts';
import { ACCEPTED_PROBABILITY, CLOSE_MATCH_GAP } from '../trace/decide-trace.ts';
import type { Trace } from '../trace/trace-cohort.ts';
import { SOUGHT, TRACED } from '../trace/trace-tables.ts';
import { type Estimate, type TraceEstimates, traceEstimates, wilson } from './estimates.ts';
import { type PublishedCount, publishedCount } from './published-count.ts';
import { regionOf } from './region-of-postcode.ts';
import { type TraceCounts, traceCounts } from './trace-counts.ts';

/** How many of a group were linked. */
export interface Subgroup {
  readonly group: string;
  readonly participants: PublishedCount;
  /** Undefined where the group, or those of it who are not linked, are so few that the share would tell who. */
  readonly linked: Estimate | undefined;
}

/**
 * How good a trace is thought to be, without labels; for the custodian, who keeps it beside the release. No value, no
 * identifier; counts under 8 are hidden and all others rounded to the nearest 5.
 */
export interface TraceReport {
  readonly format: 'dars-trace-report/1';
  readonly cohort: { readonly file: string; readonly sha256: string };
  readonly validation: {
    readonly rows: PublishedCount;
    readonly passed: PublishedCount;
    readonly failed: PublishedCount;
    readonly categories: readonly { readonly category: string; readonly rows: PublishedCount }[];
  };
  readonly rule: { readonly probability: number; readonly gap_bits: number };
  readonly counts: TraceCounts;
  /** By participants of a known person whose number was withheld; undefined where these are too few. */
  readonly estimates: TraceEstimates | undefined;
  readonly probe: {
    readonly held_out: PublishedCount;
    readonly right: PublishedCount;
    readonly wrong: PublishedCount;
    readonly decoys: PublishedCount;
    readonly decoys_linked: PublishedCount;
  };
  /** By the model alone: the mean probability of the links that rest on likeness, and their part of all that is likely. */
  readonly by_the_model: { readonly precision: number; readonly recall: number } | undefined;
  readonly calibration: Calibration;
  readonly weights: readonly {
    readonly from: number;
    readonly linked: PublishedCount;
    readonly others: PublishedCount;
  }[];
  readonly blocks: readonly {
    readonly rule: string;
    readonly pairs: PublishedCount;
    readonly first: PublishedCount;
    readonly too_common: PublishedCount;
  }[];
  readonly completeness: Readonly<Record<string, number>>;
  readonly subgroups: readonly { readonly by: string; readonly groups: readonly Subgroup[] }[];
  readonly typical: readonly { readonly field: string; readonly level: string; readonly bits: number }[];
  readonly model: Model;
  readonly model_sha256: string;
}

const BIN = 2;

/** Call it after `traceCohort`, whose tables it reads. */
export async function traceReport(
  database: LinkageDatabase,
  validation: ValidationReport,
  trace: Trace,
): Promise<TraceReport> {
  const [sums] = await database.rows(
    `SELECT count(*) FILTER (WHERE match_rank <= 3 OR match_rank = 7) AS certain,
       count(*) FILTER (WHERE match_rank IN (4, 6)) AS probabilistic, count(*) FILTER (WHERE match_rank IN (4, 6) OR match_rank IS NULL) AS residue,
       coalesce(sum(CAST(round(1e6 * probability) AS BIGINT)) FILTER (WHERE match_rank IN (4, 6)), 0) / 1e6 AS sure,
       coalesce(sum(CAST(round(1e6 * probability) AS BIGINT)) FILTER (WHERE coalesce(match_rank, 6) IN (4, 6)), 0) / 1e6 AS likely FROM ${TRACED}`,
  );
  const [probed] = await database.rows(
    `SELECT count(*) FILTER (WHERE kind = 'held out' AND likely AND person = truth) AS "right", count(*) FILTER (WHERE kind = 'held out' AND likely AND person <> truth) AS wrong,
       count(*) FILTER (WHERE kind = 'decoy' AND likely) AS linked FROM "#trace verdicts"`,
  );
  const probe = {
    heldOut: trace.heldOut,
    right: numberIn(probed, 'right'),
    wrong: numberIn(probed, 'wrong'),
    decoys: trace.decoys,
    linked: numberIn(probed, 'linked'),
  };
  const probabilistic = numberIn(sums, 'probabilistic');
  return {
    format: 'dars-trace-report/1',
    cohort: { file: validation.file, sha256: validation.sha256 },
    validation: publishedValidation(validation),
    rule: { probability: ACCEPTED_PROBABILITY, gap_bits: CLOSE_MATCH_GAP },
    counts: await traceCounts(database),
    estimates: traceEstimates(probe, {
      certain: numberIn(sums, 'certain'),
      residue: numberIn(sums, 'residue'),
      linked: probabilistic,
    }),
    probe: {
      held_out: publishedCount(probe.heldOut),
      right: publishedCount(probe.right),
      wrong: publishedCount(probe.wrong),
      decoys: publishedCount(probe.decoys),
      decoys_linked: publishedCount(probe.linked),
    },
    by_the_model:
      probabilistic < 8
        ? undefined
        : {
            precision: rounded(numberIn(sums, 'sure') / probabilistic),
            recall: rounded(numberIn(sums, 'sure') / Math.max(numberIn(sums, 'likely'), 1)),
          },
    calibration: trace.calibration,
    weights: await histogram(database),
    blocks: trace.yields.map(({ rule, pairs, first, tooCommon }) => ({
      rule,
      pairs: publishedCount(pairs),
      first: publishedCount(first),
      too_common: publishedCount(tooCommon),
    })),
    completeness: await completeness(database),
    subgroups: [
      { by: 'age', groups: await subgroups(database, `year(c.born) // 10 * 10 || 's'`) },
      {
        by: 'sex',
        groups: await subgroups(
          database,
          `CASE c.gender WHEN '1' THEN 'male' WHEN '2' THEN 'female' ELSE 'not known' END`,
        ),
      },
      { by: 'region', groups: await subgroups(database, `coalesce(${regionOf('c.postcode')}, 'not known')`) },
    ],
    typical: await typical(database, trace.model),
    model: trace.model,
    model_sha256: trace.modelHash,
  };
}

/** What intake came to, small numbers suppressed. */
export function publishedValidation({ rows, passed, failed, categories }: ValidationReport): TraceReport['validation'] {
  return {
    rows: publishedCount(rows),
    passed: publishedCount(passed),
    failed: publishedCount(failed),
    categories: categories.map((each) => ({ category: each.category, rows: publishedCount(each.rows) })),
  };
}

/** The best candidates of the residue by weight. */
async function histogram(database: LinkageDatabase): Promise<TraceReport['weights']> {
  const rows = await database.rows(
    `SELECT CAST(floor(weight / ${BIN}) * ${BIN} AS INTEGER) AS bin, count(*) FILTER (WHERE match_rank IS NOT NULL) AS linked, count(*) AS n
     FROM ${TRACED} WHERE weight IS NOT NULL GROUP BY bin ORDER BY bin`,
  );
  return rows.map((row) => ({
    from: numberIn(row, 'bin'),
    linked: publishedCount(numberIn(row, 'linked')),
    others: publishedCount(numberIn(row, 'n') - numberIn(row, 'linked')),
  }));
}

async function completeness(database: LinkageDatabase): Promise<Record<string, number>> {
  const names = ['nhs', 'family_name', 'given_name', 'other_given_name', 'gender', 'born', 'postcode'];
  const [row] = await database.rows(
    `SELECT count(*) AS n, ${names.map((name) => `count(${name}) AS ${name}`).join(', ')} FROM ${COHORT} WHERE adds`,
  );
  const all = Math.max(numberIn(row, 'n'), 1);
  return Object.fromEntries(names.map((name) => [name, Number((numberIn(row, name) / all).toFixed(2))]));
}

/** Linked and unlinked by group: a group that is linked less than others is less in the data than it should be. */
async function subgroups(database: LinkageDatabase, by: string): Promise<Subgroup[]> {
  const rows = await database.rows(
    `SELECT ${by} AS "group", count(*) AS n, count(t.match_rank) AS linked FROM ${TRACED} t JOIN ${COHORT} c USING (row) GROUP BY "group" ORDER BY "group"`,
  );
  return rows.map((row) => {
    const [n, linked] = [numberIn(row, 'n'), numberIn(row, 'linked')];
    const tells = [linked, n - linked].some((count) => publishedCount(count) === '*') || n < 20;
    const { value, low, high } = wilson(linked, n);
    return {
      group: String(row['group']),
      participants: publishedCount(n),
      linked: tells ? undefined : { value: rounded(value), low: rounded(low), high: rounded(high) },
    };
  });
}

/** What the most frequent kind of link by likeness adds up from; none if it is so rare that it is somebody's. */
async function typical(database: LinkageDatabase, model: Model): Promise<TraceReport['typical']> {
  const [row] = await database.rows(
    `SELECT v.pattern, count(*) AS n FROM "#trace verdicts" v JOIN ${SOUGHT} s USING (row) WHERE v.likely GROUP BY v.pattern HAVING n >= 8 ORDER BY n DESC, v.pattern LIMIT 1`,
  );
  if (row === undefined) return [];
  const levelOf = levelsOf(numberIn(row, 'pattern'), model.comparisons);
  const fields = model.comparisons.flatMap(({ field, levels }, index) => {
    const found = levels[(levelOf[index] ?? 0) - 1];
    return found === undefined ? [] : [{ field, level: found.level, bits: found.bits }];
  });
  const prior = Math.log2(model.prior / (1 - model.prior));
  return [{ field: 'prior', level: 'before anything is known', bits: Number(prior.toFixed(2)) }, ...fields];
}

function rounded(share: number): number {
  return Number(share.toFixed(4));
}
