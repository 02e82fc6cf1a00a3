import { COHORT } from '../cohort/cohort-tables.ts';
import type { LinkageDatabase } from '../database.ts';
import { dateScore, genderScore, postcodeScore } from '../profiles/mps-sql.ts';
import type { Calibration } from './calibrate.ts';
import { keyName } from './candidate-keys.ts';
import { BEST_RECORDS, BY_NUMBER, DECISIONS, TRACED } from './trace-tables.ts';

/** A link wants this probability. Stated before any data was seen: one link in a hundred may be wrong, at the worst. */
export const ACCEPTED_PROBABILITY = 0.99;
/** And to outweigh the second candidate by so many bits, 32 to 1 (NHS England's pipeline asks the same). */
export const CLOSE_MATCH_GAP = 5;

/**
 * Decides, and makes TRACED: `row`, `study_id`, `person` (null if not found), `match_rank`, `match_step`, `indicator`,
 * `confidence`, field scores, `weight`, `probability`, `matchability`, `gap`, `code`, `superseded`.
 * A person whom two participants lead to by their numbers is neither's, and none is linked by likeness to somebody whom
 * another was found to be by number.
 */
export async function decideTrace(database: LinkageDatabase, { shift, slope }: Calibration): Promise<void> {
  const logOdds = `(${shift} + ${slope} * greatest(-60, least(60, weight)))`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace judged" AS SELECT *, round(share / (1 + pow(2, -${logOdds})), 6) AS probability,
       round(odds / (1 + odds), 6) AS matchability,
       coalesce(gap < ${CLOSE_MATCH_GAP}, false) OR NOT is_mutual AS is_close FROM "#trace best"`,
  );
  // Held out and decoys are judged by the same rule; only who is claimed by number is another matter for them.
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace verdicts" AS SELECT *,
       probability >= ${ACCEPTED_PROBABILITY} AND NOT is_close AND NOT twin_like AS likely FROM "#trace judged"`,
  );
  const yes = `SELECT row, person FROM ${DECISIONS} d WHERE is_same AND NOT EXISTS (SELECT 1 FROM ${BY_NUMBER} n WHERE n.row = d.row AND n.rank IS NOT NULL)`;
  // Two persons decided for one participant are none.
  const decided = `SELECT row, min(person) AS person FROM (${yes}) GROUP BY row HAVING count(*) = 1`;
  const claims = `SELECT person, count(*) AS claims FROM (SELECT person FROM ${BY_NUMBER} WHERE rank IS NOT NULL UNION ALL SELECT person FROM (${decided})) GROUP BY person`;
  const known = `CAST(c.born IS NOT NULL AS TINYINT) + CAST(c.family_name IS NOT NULL AND c.given_name IS NOT NULL AS TINYINT) + CAST(c.postcode IS NOT NULL AS TINYINT)`;
  const similar = (name: string): string =>
    `CASE WHEN f.${name} IS NULL OR c.${name} IS NULL THEN NULL ELSE CAST(round(100 * jaro_winkler_similarity(${keyName(`c.${name}`)}, ${keyName(`f.${name}`)})) AS INTEGER) END`;
  const digits = (date: string): string => `replace(${date}, '-', '')`;
  const bornScore = dateScore(digits('CAST(c.born AS VARCHAR)'), digits('f.date_of_birth'));
  const bare = (postcode: string): string => `nullif(replace(upper(${postcode}), ' ', ''), '')`;
  const step = `CASE rank WHEN 1 THEN 'NHS number + date of birth + sex + postcode' WHEN 2 THEN 'NHS number + date of birth'
    WHEN 3 THEN 'NHS number + part of date of birth + name or outcode' WHEN 4 THEN 'everything but the NHS number' WHEN 6 THEN 'probabilistic' WHEN 7 THEN 'clerical' END`;
  const score = (sql: string): string => `CASE WHEN rank IN (4, 6, 7) THEN ${sql} WHEN rank = 3 THEN 0 END`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${TRACED} AS
     WITH found AS (
       SELECT c.row, CASE WHEN n.rank IS NOT NULL THEN CASE WHEN k.claims = 1 THEN n.rank END WHEN d.person IS NOT NULL THEN CASE WHEN k.claims = 1 THEN 7 END WHEN v.likely AND k.claims IS NULL THEN CASE WHEN v.is_exact THEN 4 ELSE 6 END END AS rank,
         coalesce(CASE WHEN n.rank IS NOT NULL THEN n.person END, d.person, v.person) AS person, coalesce(n.rank IS NOT NULL AND n.superseded, false) AS superseded, n.sensitive,
         coalesce((n.rank IS NOT NULL OR d.person IS NOT NULL) AND k.claims > 1, false) OR coalesce(n.rank IS NULL AND d.person IS NULL AND v.probability >= 0.5 AND k.claims IS NOT NULL, false) AS claimed,
         n.rank IS NULL AND coalesce(v.is_close AND v.matchability >= 0.5, false) AS close,
         CASE WHEN n.rank IS NULL AND v.person = coalesce(d.person, v.person) THEN v.weight END AS weight, CASE WHEN n.rank IS NULL AND v.person = coalesce(d.person, v.person) THEN v.probability END AS probability,
         CASE WHEN n.rank IS NULL AND v.person = coalesce(d.person, v.person) THEN v.matchability END AS matchability, CASE WHEN n.rank IS NULL AND v.person = coalesce(d.person, v.person) THEN v.gap END AS gap, ${known} AS known
       FROM ${COHORT} c LEFT JOIN ${BY_NUMBER} n ON n.row = c.row AND n.rank IS NOT NULL
       LEFT JOIN "#trace verdicts" v ON v.row = c.row AND v.kind = 'residue'
       LEFT JOIN (${decided}) d ON d.row = c.row
       LEFT JOIN (${claims}) k ON k.person = coalesce(CASE WHEN n.rank IS NOT NULL THEN n.person END, d.person, v.person)
       WHERE c.adds)
     SELECT x.row, c.study_id, CASE WHEN x.rank IS NOT NULL THEN x.person END AS person, CAST(x.rank AS INTEGER) AS match_rank, ${step} AS match_step,
       CAST(CASE WHEN x.rank <= 3 THEN 1 WHEN x.rank IS NOT NULL THEN 5 ELSE 0 END AS INTEGER) AS indicator,
       CAST(CASE WHEN x.rank <= 3 OR x.rank = 7 THEN 100 WHEN x.rank IS NOT NULL THEN floor(100 * x.probability) ELSE 0 END AS INTEGER) AS confidence,
       ${score(similar('given_name'))} AS given_name_score, ${score(similar('family_name'))} AS family_name_score, ${score(bornScore)} AS dob_score,
       ${score(genderScore('c.gender', 'f.gender'))} AS gender_score, ${score(postcodeScore(bare('c.postcode'), bare('f.postcode')))} AS postcode_score,
       x.weight, x.probability, x.matchability, round(x.gap, 4) AS gap,
       CASE WHEN x.rank IS NOT NULL AND coalesce(x.sensitive, f.sensitive) THEN '92' WHEN x.rank IS NOT NULL AND x.superseded THEN '90' WHEN x.rank IS NOT NULL THEN '00'
            WHEN x.claimed OR x.close THEN '97' WHEN x.known < 2 THEN '96' ELSE '98' END AS code, x.superseded
     FROM (SELECT *, CASE WHEN rank IN (4, 6, 7) THEN person END AS alike FROM found) x JOIN ${COHORT} c ON c.row = x.row
     LEFT JOIN ${BEST_RECORDS} f ON f.person = x.alike ORDER BY x.row`,
  );
  for (const table of ['best', 'judged']) await database.execute(`DROP TABLE "#trace ${table}"`);
}
