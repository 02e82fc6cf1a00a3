import { COHORT } from '../cohort/cohort-tables.ts';
import { type LinkageDatabase, oneNumber } from '../database.ts';
import { BATCH, BY_NUMBER, numberText, type PdsTables, SOUGHT } from './trace-tables.ts';

/** Of each kind, at most. A rate of one in a hundred is then known to within a fifth of itself. */
const SAMPLE = 10_000;

/**
 * What a participant takes while they are looked for, in bytes, and what for every PDS record besides: candidates and what
 * is compared of them, and the records that share a key with the participant. Measured, with room above.
 */
const BYTES_OF_ONE = 8_000;
const BYTES_OF_ONE_A_RECORD = 7e-5;
/** The share of the memory that they may take; the cohort, names, and what the database does with it all need the rest. */
const SHARE_OF_MEMORY = 0.5;

/**
 * Makes SOUGHT: the residue with all that is known of it; and samples of those found by number and date of birth, without the
 * number. What the codes of genders mean is known here, and must not be guessed: in a study of men those who have 0 and 1
 * alone would be taken for two sexes. `turn` is a number from 0 that chance gives. Gives the number of batches, for as many
 * to be looked for at once as there is room for, or `atOnce`.
 */
export async function chooseSought(database: LinkageDatabase, { rows }: PdsTables, atOnce?: number): Promise<number> {
  const found = `(SELECT row, person FROM ${BY_NUMBER} WHERE rank <= 2)`;
  const available = await oneNumber(database, `SELECT count(*) FROM ${found}`);
  const each = Math.min(SAMPLE, Math.floor(available / 2));
  const sampled = `SELECT row, person, row_number() OVER (ORDER BY hash(row), row) AS nth FROM ${found}`;
  const kind = `CASE WHEN s.row IS NULL THEN 'residue' WHEN s.nth % 2 = 0 THEN 'decoy' ELSE 'held out' END`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${SOUGHT} AS
     SELECT c.row, row_number() OVER (ORDER BY hash(c.row, 'turn'), c.row) - 1 AS turn, ${kind} AS kind, s.person AS truth,
       CASE WHEN s.row IS NULL THEN ${numberText('c.nhs')} END AS nhs_number,
       c.given_name, c.family_name, c.other_given_name, CAST(c.born AS VARCHAR) AS date_of_birth, c.born, CASE WHEN c.gender IN ('1', '2') THEN c.gender END AS gender, c.postcode,
       CAST([] AS VARCHAR[]) AS former_family_name, CAST([] AS VARCHAR[]) AS former_postcode
     FROM ${COHORT} c LEFT JOIN (SELECT * FROM (${sampled}) WHERE nth <= ${2 * each}) s ON c.row = s.row
     LEFT JOIN ${BY_NUMBER} n ON n.row = c.row AND n.rank IS NOT NULL
     WHERE c.adds AND (n.row IS NULL OR s.row IS NOT NULL) ORDER BY c.row`,
  );
  const all = await oneNumber(database, `SELECT count(*) FROM ${SOUGHT}`);
  return Math.max(1, Math.ceil(all / (atOnce ?? (await roomFor(database, rows)))));
}

/** Makes BATCH of those of SOUGHT whose turn it is: every so many-th, so that batches are alike. */
export async function takeBatch(database: LinkageDatabase, batch: number, batches: number): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${BATCH} AS SELECT * FROM ${SOUGHT} WHERE turn % ${batches} = ${batch} ORDER BY row`,
  );
}

/** How many participants can be looked for at once. */
async function roomFor(database: LinkageDatabase, rows: number): Promise<number> {
  const [setting] = await database.rows(`SELECT current_setting('memory_limit') AS memory`);
  const [, number = '0', unit = ''] = /^([0-9.]+) ?([KMGT]?)/.exec(String(setting?.['memory'])) ?? [];
  const memory = Number(number) * 1024 ** ' KMGT'.indexOf(unit || ' ');
  return Math.max(10_000, Math.floor((SHARE_OF_MEMORY * memory) / (BYTES_OF_ONE + BYTES_OF_ONE_A_RECORD * rows)));
}
