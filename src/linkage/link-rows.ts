import { quoteName } from '../relation/print-sql.ts';
import type { LinkageDatabase } from './database.ts';
import { rankSql } from './decide/match-rank.ts';
import type { Linkage } from './link.ts';
import { weightOfProbability } from './train/parameters.ts';

/**
 * Makes the table of what is given out and gives its select: `a_id`, `b_id`, `match_rank`, `step`, `match_weight`,
 * `match_probability`, `gap`; the accepted pairs, or every compared pair from the probability `floor` on. A
 * record that can have one partner leaves the less to a pair the better its best rival is. The gap is by how
 * many bits a pair outweighs the best other that was not accepted with either of its records; empty where there is none.
 * `types` are the SQL types of the identifiers.
 */
export async function linkRows(
  database: LinkageDatabase,
  linkage: Linkage,
  floor: number | undefined,
  types: { readonly a: string; readonly b: string } = { a: 'VARCHAR', b: 'VARCHAR' },
): Promise<string> {
  const { scored, left, right, comparisons, threshold } = linkage;
  const rivals = quoteName('#rivals');
  // A rival whose own partner is better than it would be is none; as in decide/assign.ts.
  const free = (end: string): string =>
    `(SELECT s.* FROM ${scored} s LEFT JOIN (SELECT ${end}, weight AS taken FROM ${scored} WHERE accepted) t USING (${end}) WHERE NOT s.accepted AND coalesce(t.taken <= s.weight, true))`;
  const ends = linkage.sides.isOne
    ? `SELECT a AS record, weight FROM ${scored} WHERE NOT accepted UNION ALL SELECT b, weight FROM ${scored} WHERE NOT accepted`
    : `SELECT a AS record, weight FROM ${free('b')} UNION ALL SELECT -1 - b, weight FROM ${free('a')}`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${rivals} AS SELECT record, max(weight) AS rival FROM (${ends}) GROUP BY record`,
  );
  const { rank, step } = rankSql(comparisons, threshold);
  const wanted = floor === undefined ? 'accepted' : `weight >= ${weightOfProbability(floor)}`;
  const other = linkage.sides.isOne ? 'b' : '-1 - b';
  return `SELECT CAST(l.id AS ${types.a}) AS a_id, CAST(r.id AS ${types.b}) AS b_id,
      CAST(CASE WHEN accepted THEN ${rank} END AS INTEGER) AS match_rank, CASE WHEN accepted THEN ${step} ELSE 'not accepted' END AS step,
      round(s.weight, 4) AS match_weight,
      round(1 / (1 + pow(2, -s.weight)${linkage.sides.isOne ? '' : ' + coalesce(pow(2, greatest(x.rival, y.rival) - s.weight), 0)'}), 6) AS match_probability,
      round(s.weight - greatest(x.rival, y.rival), 4) AS gap
    FROM (SELECT *, CASE WHEN accepted THEN a END AS one, CASE WHEN accepted THEN ${other} END AS other FROM ${scored} WHERE ${wanted}) s JOIN ${left.table} l ON l.rid = s.a JOIN ${right.table} r ON r.rid = s.b
    LEFT JOIN ${rivals} x ON x.record = s.one LEFT JOIN ${rivals} y ON y.record = s.other
    ORDER BY s.a, s.b`;
}
