import { quoteName } from '../../relation/print-sql.ts';
import type { LinkageDatabase } from '../database.ts';
import { compareProfiles } from '../profiles/compare-profiles.ts';
import type { Profile } from '../profiles/profile.ts';
import { TRACED } from './trace-tables.ts';

/** A trace by one profile beside that by another. */
export interface ComparedTraces {
  /** SQL of the first's rows of TRACED, with `other_person`, `other_match_rank`, `other_match_step`, `other_code`, `agreement`. */
  readonly rows: string;
  readonly counts: readonly { readonly agreement: string; readonly records: number }[];
}

/** Puts what stands in TRACED aside; gives the quoted name that it has then. */
export async function setTraceAside(database: LinkageDatabase, profile: Profile): Promise<string> {
  const aside = quoteName(`#traced ${profile}`);
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${aside} AS FROM ${TRACED}`);
  await database.execute(`DROP TABLE ${TRACED}`);
  return aside;
}

/** Compares two traces of one cohort, participant by participant; both are quoted tables as TRACED. */
export async function compareTraces(
  database: LinkageDatabase,
  one: string,
  other: string,
  names: readonly [Profile, Profile],
): Promise<ComparedTraces> {
  const links = (table: string): string =>
    `(SELECT row AS a_id, person AS b_id, match_rank, match_step AS step FROM ${table})`;
  const { rows, counts } = await compareProfiles(database, links(one), links(other), names);
  return {
    rows: `(SELECT t.*, c.other_b_id AS other_person, c.other_match_rank, c.other_step AS other_match_step, o.code AS other_code, c.agreement
      FROM ${one} t JOIN (${rows}) c ON c.a_id = t.row JOIN ${other} o ON o.row = t.row)`,
    counts,
  };
}
