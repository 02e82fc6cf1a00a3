import type { Comparison } from '../compare/comparison.ts';
import type { LinkageDatabase } from '../database.ts';
import { levelIs } from '../decide/match-rank.ts';
import { BEST_RECORDS, DECISIONS, FETCHED, RIVALS, SOUGHT } from './trace-tables.ts';

/** Odds are summed in thousand-millionths. */
const ODDS = 1_000_000_000;

/** Makes RIVALS and BEST_RECORDS, empty. */
export async function makeRivals(database: LinkageDatabase): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${RIVALS} (row INTEGER, kind VARCHAR, person BIGINT, weight DOUBLE, pattern BIGINT)`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${BEST_RECORDS} AS SELECT person, sensitive, given_name, family_name, date_of_birth, gender, postcode FROM ${FETCHED} LIMIT 0`,
  );
}

/**
 * Adds a batch's compared candidates, `a`, `b`, `weight`, `pattern`, of records `left` and `right`; and keeps the record of
 * each participant's best, and of whom people decided for.
 */
export async function addRivals(database: LinkageDatabase, scored: string, left: string, right: string): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace new rivals" AS SELECT s.row, s.kind, CAST(r.id AS BIGINT) AS person, x.weight, x.pattern
     FROM ${scored} x JOIN (SELECT rid, CAST(id AS INTEGER) AS row FROM ${left}) l ON l.rid = x.a
     JOIN ${SOUGHT} s ON s.row = l.row JOIN ${right} r ON r.rid = x.b`,
  );
  await database.execute(`INSERT INTO ${RIVALS} FROM "#trace new rivals"`);
  const best = `SELECT -top.p AS person FROM (SELECT max({'w': weight, 'p': -person}) AS top FROM "#trace new rivals" GROUP BY row)`;
  await database.execute(
    `INSERT INTO ${BEST_RECORDS} SELECT person, sensitive, given_name, family_name, date_of_birth, gender, postcode
     FROM ${FETCHED} SEMI JOIN (${best} UNION ALL SELECT person FROM ${DECISIONS} WHERE is_same) USING (person) ANTI JOIN ${BEST_RECORDS} USING (person)`,
  );
  await database.execute('DROP TABLE "#trace new rivals"');
}

/**
 * `#trace best`: of everybody sought the best candidate: `row`, `kind`, `truth`, `person`, `weight`, `gap` to the second,
 * `odds` of all candidates, `share` of the best in them, `is_mutual` (nobody else of the kind has them as a better candidate),
 * `twin_like` (the given names differ), `is_exact` (all that both know agrees), `pattern`.
 */
export async function rankCandidates(database: LinkageDatabase, comparisons: readonly Comparison[]): Promise<void> {
  const is = (field: string, ...labels: string[]): string => levelIs(comparisons, field, labels);
  const exact = [
    is('given_name', 'exact', 'nickname'),
    is('family_name', 'exact', 'former'),
    is('date_of_birth', 'exact'),
    is('gender', 'equal'),
    is('postcode', 'exact', 'former'),
  ].join(' AND ');
  // Aggregates and no windows: a window for each of a million participants takes minutes. Odds are summed as whole
  // numbers, so that the sum does not depend on the order of rows; of equal weights the lower number comes first.
  const odds = `CAST(round(${ODDS} * pow(2, least(weight, 60))) AS HUGEINT)`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace best" AS
     WITH mine AS (
       SELECT row, kind, max({'w': weight, 'p': -person, 'g': pattern}, 2) AS top, CAST(sum(${odds}) AS DOUBLE) / ${ODDS} AS odds
       FROM ${RIVALS} GROUP BY row, kind),
     theirs AS (SELECT kind, person, max(weight, 2) AS top FROM ${RIVALS} GROUP BY kind, person),
     best AS (SELECT row, kind, odds, top[1].w AS weight, -top[1].p AS person, top[1].g AS pattern, top[1].w - top[2].w AS gap FROM mine)
     SELECT b.row, b.kind, s.truth, b.person, b.weight, b.gap, b.odds, least(1, pow(2, least(b.weight, 60)) / b.odds) AS share,
       b.weight = t.top[1] AND coalesce(t.top[2] < t.top[1], true) AS is_mutual,
       ${is('given_name', 'different')} AS twin_like, (${exact}) AS is_exact, pattern
     FROM best b JOIN theirs t ON t.kind = b.kind AND t.person = b.person JOIN ${SOUGHT} s ON s.row = b.row ORDER BY b.row`,
  );
  await database.execute(`DROP TABLE ${RIVALS}`);
}
