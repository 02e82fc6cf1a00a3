import { type LinkageDatabase, numberIn } from '../database.ts';

/** What two profiles say of one record of the cohort. */
const AGREEMENTS = ['same', 'other person', 'only one', 'only other', 'neither'] as const;

/** Two tables of links of one cohort beside each other. */
export interface ComparedProfiles {
  /** SQL of a row for each record that either links: the first's links, then `other_…`, then `agreement`. */
  readonly rows: string;
  readonly counts: readonly { readonly agreement: string; readonly records: number }[];
}

/**
 * Compares the links of two profiles, record by record of the cohort. `one` and `other` are quoted tables with the
 * columns of `linkRows`; `names` say whose they are, in `agreement`.
 */
export async function compareProfiles(
  database: LinkageDatabase,
  one: string,
  other: string,
  names: readonly [string, string],
): Promise<ComparedProfiles> {
  const says: Readonly<Record<(typeof AGREEMENTS)[number], string>> = {
    same: 'same',
    'other person': 'other person',
    'only one': `only ${names[0]}`,
    'only other': `only ${names[1]}`,
    neither: 'neither',
  };
  const agreement = `CASE WHEN x.b_id = y.b_id THEN '${says.same}' WHEN x.b_id IS NOT NULL AND y.b_id IS NOT NULL THEN '${says['other person']}'
    WHEN x.b_id IS NOT NULL THEN '${says['only one']}' WHEN y.b_id IS NOT NULL THEN '${says['only other']}' ELSE '${says.neither}' END`;
  const rows = `SELECT coalesce(x.a_id, y.a_id) AS a_id, x.* EXCLUDE (a_id), y.b_id AS other_b_id, y.match_rank AS other_match_rank, y.step AS other_step, ${agreement} AS agreement
    FROM ${one} x FULL JOIN ${other} y ON x.a_id = y.a_id ORDER BY ALL`;
  const counted = await database.rows(`SELECT agreement, count(*) AS n FROM (${rows}) GROUP BY agreement`);
  return {
    rows,
    counts: AGREEMENTS.map((each) => ({
      agreement: says[each],
      records: numberIn(
        counted.find((row) => row['agreement'] === says[each]),
        'n',
      ),
    })),
  };
}
