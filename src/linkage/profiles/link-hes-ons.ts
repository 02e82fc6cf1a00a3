import { quoteName } from '../../relation/print-sql.ts';
import { checkDigitHolds } from '../check-digit.ts';
import type { LinkageDatabase } from '../database.ts';
import type { Records } from '../standardise/standardise.ts';

/** A postcode that more people of the second table share is thought to be of a home or a hostel, not of a family. */
export const COMMUNAL = 30;

/** The eight ranks by which HES is linked to ONS deaths, from the surest on. */
export const HES_ONS_RANKS: readonly { readonly rank: number; readonly step: string; readonly when: string }[] = [
  { rank: 1, step: 'NHS number, sex, date of birth, postcode', when: 'nhs AND sex AND born AND postcode' },
  { rank: 2, step: 'NHS number, sex, date of birth', when: 'nhs AND sex AND born' },
  { rank: 3, step: 'NHS number, sex, postcode, partial date of birth', when: 'nhs AND sex AND postcode AND partly' },
  { rank: 4, step: 'NHS number, sex, partial date of birth', when: 'nhs AND sex AND partly' },
  { rank: 5, step: 'NHS number, postcode', when: 'nhs AND postcode' },
  {
    rank: 6,
    step: 'sex, date of birth, postcode; no contradiction, not 1 January, not communal',
    when: 'sex AND born AND postcode AND NOT contradicts AND NOT new_year AND NOT communal',
  },
  {
    rank: 7,
    step: 'sex, date of birth, postcode; no contradiction, not 1 January',
    when: 'sex AND born AND postcode AND NOT contradicts AND NOT new_year',
  },
  { rank: 8, step: 'NHS number', when: 'nhs' },
];

const PAIRS = quoteName('#hes-ons pairs');
const LINKS = quoteName('#hes-ons links');

/**
 * Links two tables by the HES-ONS ranks, one after the other: who is linked leaves the pool. Within a rank only pairs are
 * linked whose records have no other partner of that rank; the method of the NHS does not say which of several to take,
 * and a choice by chance would be none. Gives the quoted name of a table `a`, `b`, `rank`, `step`.
 */
export async function linkHesOns(
  database: LinkageDatabase,
  left: Records,
  right: Records,
  thisYear: number,
): Promise<string> {
  const own = (records: Records, feature: string): string =>
    records.features.has(feature) ? quoteName(feature) : 'CAST(NULL AS VARCHAR)';
  const valid = (records: Records): string => {
    const nhs = own(records, 'nhs_number');
    const checks = `CASE WHEN regexp_full_match(${nhs}, '[0-9]{10}') AND ${nhs} <> repeat(left(${nhs}, 1), 10) THEN CASE WHEN ${checkDigitHolds(`TRY_CAST(${nhs} AS BIGINT)`)} THEN ${nhs} END END`;
    const born = own(records, 'date_of_birth');
    const inRange = `CASE WHEN ${born} BETWEEN '18950101' AND '${thisYear}1231' THEN ${born} END`;
    return `SELECT rid, ${checks} AS nhs, ${own(records, 'gender')} AS sex, ${inRange} AS born, ${own(records, 'postcode')} AS postcode FROM ${records.table}`;
  };
  const same = (column: string): string => `coalesce(l.${column} = r.${column}, false) AS ${column}`;
  const part = (side: string, from: number, length: number): string => `substr(${side}.born, ${from}, ${length})`;
  const equal = [
    [1, 4],
    [5, 2],
    [7, 2],
  ].map(([from = 0, length = 0]) => `CAST(${part('l', from, length)} = ${part('r', from, length)} AS TINYINT)`);
  const swapped = `(${part('l', 1, 4)} = ${part('r', 1, 4)} AND ${part('l', 5, 2)} = ${part('r', 7, 2)} AND ${part('l', 7, 2)} = ${part('r', 5, 2)})`;
  const [l, r] = [quoteName('#hes-ons left'), quoteName('#hes-ons right')];
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${l} AS ${valid(left)}`);
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${r} AS SELECT *, count(postcode) OVER (PARTITION BY postcode) > ${COMMUNAL} AS communal FROM (${valid(right)})`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${PAIRS} AS SELECT l.rid AS a, r.rid AS b, ${['nhs', 'sex', 'born', 'postcode'].map(same).join(', ')},
       coalesce(${equal.join(' + ')} >= 2 OR ${swapped}, false) AS partly, coalesce(l.nhs <> r.nhs, false) AS contradicts, coalesce(right(l.born, 4) = '0101', false) AS new_year, r.communal
     FROM (SELECT l.rid AS a, r.rid AS b FROM ${l} l JOIN ${r} r ON l.nhs = r.nhs
       UNION SELECT l.rid, r.rid FROM ${l} l JOIN ${r} r ON l.born = r.born AND l.postcode = r.postcode AND l.sex = r.sex) pairs
     JOIN ${l} l ON l.rid = pairs.a JOIN ${r} r ON r.rid = pairs.b`,
  );
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${LINKS} (a INTEGER, b INTEGER, rank INTEGER, step VARCHAR)`);
  for (const { rank, step, when } of HES_ONS_RANKS) {
    await database.execute(
      `INSERT INTO ${LINKS} SELECT a, b, ${rank}, '${step}' FROM (SELECT a, b, count(*) OVER (PARTITION BY a) AS of_a, count(*) OVER (PARTITION BY b) AS of_b
         FROM ${PAIRS} WHERE ${when} AND a NOT IN (SELECT a FROM ${LINKS}) AND b NOT IN (SELECT b FROM ${LINKS})) WHERE of_a = 1 AND of_b = 1`,
    );
  }
  for (const table of [l, r, PAIRS]) await database.execute(`DROP TABLE ${table}`);
  return LINKS;
}
