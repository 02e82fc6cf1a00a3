import { DuckDBInstance } from '@duckdb/node-api';

/*
 * Holds a match file of `dars trace --with-numbers` against the truth that `dars synth --cohort` wrote:
 * `npx tsx benchmarks/tracing/evaluate.ts MATCH TRUTH`. All participants are in the denominators.
 */
const [match = '', truth = ''] = process.argv.slice(2).map((path) => path.replaceAll("'", "''"));
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const rows = await connection.runAndReadAll(
  `SELECT coalesce(MATCH_RANK, 'none') AS rank, count(*) AS participants,
     count(*) FILTER (WHERE MATCHED_NHS_NO = NHS_NUMBER) AS "right",
     count(*) FILTER (WHERE MATCHED_NHS_NO IS NOT NULL AND MATCHED_NHS_NO IS DISTINCT FROM NHS_NUMBER) AS wrong,
     count(*) FILTER (WHERE MATCHED_NHS_NO IS NULL AND NHS_NUMBER IS NOT NULL) AS missed
   FROM read_csv('${match}', all_varchar = true) JOIN read_csv('${truth}', all_varchar = true) USING (UNIQUE_REFERENCE)
   GROUP BY rank ORDER BY rank`,
);
const ranks = rows.getRowObjectsJson().map((row) => ({
  rank: String(row['rank']),
  participants: Number(row['participants']),
  right: Number(row['right']),
  wrong: Number(row['wrong']),
  missed: Number(row['missed']),
}));
const sum = (of: 'right' | 'wrong' | 'missed'): number => ranks.reduce((total, each) => total + each[of], 0);
console.table(ranks);
console.log({
  precision: sum('right') / Math.max(1, sum('right') + sum('wrong')),
  recall: sum('right') / Math.max(1, sum('right') + sum('wrong') + sum('missed')),
});
