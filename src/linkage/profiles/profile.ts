import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { quoteName } from '../../relation/print-sql.ts';
import { type LinkageDatabase, numberIn } from '../database.ts';
import { link } from '../link.ts';
import { linkRows } from '../link-rows.ts';
import type { Extras } from '../standardise/feature-sql.ts';
import type { SourceTable } from '../standardise/source-table.ts';
import { type Records, standardise } from '../standardise/standardise.ts';
import { linkHesOns } from './link-hes-ons.ts';
import { traceMps } from './trace-mps.ts';

/** How people are found: by this program's model, or as two national services do it, by rules alone. */
export const PROFILES = ['dars', 'mps', 'hes-ons'] as const;
export type Profile = (typeof PROFILES)[number];
/** Those that link by rules. */
export type RuleProfile = Exclude<Profile, 'dars'>;

/** Rules compare names as they were written. */
const TEXTS: Extras = { texts: true, blocks: false };

/** What a profile links. */
export interface ProfileInput {
  readonly left: SourceTable;
  readonly right: SourceTable;
  readonly thisYear: number;
  /** SQL types of the identifiers. */
  readonly types: { readonly a: string; readonly b: string };
}

/** Links, with the columns of `linkRows`, and more of the profile's own. */
export interface ProfileLinks {
  /** Quoted. */
  readonly table: string;
  /** SQL of its rows, in order. */
  readonly rows: string;
  readonly links: number;
  /** How many rows each step gave, those without a link included. */
  readonly steps: readonly { readonly step: string; readonly rows: number }[];
}

/**
 * Links by a profile. `dars` and `hes-ons` give links alone, one to one; `mps` answers for every record of the left as the
 * Master Person Service does, found or not, and two can find one person.
 */
export async function linkByProfile(
  database: LinkageDatabase,
  profile: Profile,
  input: ProfileInput,
): Promise<ProfileLinks> {
  const table = quoteName(`#links ${profile}`);
  if (profile === 'dars') {
    const linkage = await link(database, { ...input, observe: () => {} });
    const found = await linkRows(database, linkage, undefined, input.types);
    await database.execute(`CREATE OR REPLACE TEMP TABLE ${table} AS ${found}`);
  } else {
    await linkByRules(database, profile, input, table);
  }
  const counted = await database.rows(
    `SELECT coalesce(step, '') AS step, count(*) AS n, count(b_id) AS links FROM ${table} GROUP BY step, match_rank ORDER BY match_rank NULLS LAST, step`,
  );
  return {
    table,
    rows: `SELECT * FROM ${table}`,
    links: counted.reduce((sum, row) => sum + numberIn(row, 'links'), 0),
    steps: counted.map((row) => ({ step: String(row['step']), rows: numberIn(row, 'n') })),
  };
}

async function linkByRules(
  database: LinkageDatabase,
  profile: RuleProfile,
  { left, right, thisYear, types }: ProfileInput,
  into: string,
): Promise<void> {
  checkFields(profile, left, right);
  const a = await standardise(database, left, `#${profile} a`, thisYear, TEXTS);
  const b = await standardise(database, right, `#${profile} b`, thisYear, TEXTS);
  const rows =
    profile === 'mps' ? await mpsRows(database, a, b, types) : await hesOnsRows(database, a, b, thisYear, types);
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${into} AS ${rows}`);
  for (const records of [a, b]) await database.execute(`DROP TABLE ${records.table}`);
}

const LINK_COLUMNS = 'CAST(NULL AS DOUBLE) AS match_weight, CAST(NULL AS DOUBLE) AS match_probability';

async function mpsRows(
  database: LinkageDatabase,
  a: Records,
  b: Records,
  types: ProfileInput['types'],
): Promise<string> {
  const results = await traceMps(database, a, b);
  // The algorithmic trace has no lowest score, though diagnostics name no step for what it finds below 50.
  return `SELECT CAST(l.id AS ${types.a}) AS a_id, CAST(r.id AS ${types.b}) AS b_id,
      coalesce(CASE step WHEN 'CCT_cached' THEN 1 WHEN 'CCT_live' THEN 2 WHEN 'alphanumeric_trace_live' THEN 3 WHEN 'algorithmic_trace_live' THEN 4 END, CASE WHEN r.id IS NOT NULL THEN 4 END) AS match_rank,
      step, ${LINK_COLUMNS}, m.lead AS gap, m.indicator AS matched_algorithm_indicator, m.confidence AS matched_confidence_percentage,
      m.family_score AS family_name_score_perc, m.given_score AS given_name_score_perc, m.dob_score AS dob_score_perc, m.gender_score AS gender_score_perc,
      m.postcode_score AS postcode_score_perc, m.code AS error_success_code, m.matched_nhs_no, m.person_id
    FROM ${results} m JOIN ${a.table} l ON l.rid = m.a LEFT JOIN ${b.table} r ON r.rid = m.b ORDER BY m.a`;
}

async function hesOnsRows(
  database: LinkageDatabase,
  a: Records,
  b: Records,
  thisYear: number,
  types: ProfileInput['types'],
): Promise<string> {
  const links = await linkHesOns(database, a, b, thisYear);
  return `SELECT CAST(l.id AS ${types.a}) AS a_id, CAST(r.id AS ${types.b}) AS b_id, rank AS match_rank, step, ${LINK_COLUMNS}, CAST(NULL AS DOUBLE) AS gap
    FROM ${links} m JOIN ${a.table} l ON l.rid = m.a JOIN ${b.table} r ON r.rid = m.b ORDER BY m.a, m.b`;
}

function checkFields(profile: RuleProfile, left: SourceTable, right: SourceTable): void {
  const both = (name: string): boolean =>
    [left, right].every(({ fields }) => fields.some(({ field }) => field.name === name));
  const [can, needs] =
    profile === 'mps'
      ? [both('date_of_birth'), 'date_of_birth']
      : [
          both('nhs_number') || (both('gender') && both('date_of_birth') && both('postcode')),
          'nhs_number, or gender, date_of_birth and postcode',
        ];
  if (can) return;
  throw new Fault(ExitCode.usage, 'profile', `the profile ${profile} needs ${needs} in both files`, {
    hint: 'map them with --a and --b, as date_of_birth=dob',
  });
}
