import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { quoteName } from '../../relation/print-sql.ts';
import { COHORT } from '../cohort/cohort-tables.ts';
import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import { DECISIONS, numberText, TRACED } from './trace-tables.ts';

/** Best candidates from here on are worth a look. */
const LIKELY_ENOUGH = 0.5;

/** The columns of a file of decisions; others are ignored. */
export const DECISION_COLUMNS = ['UNIQUE_REFERENCE', 'CANDIDATE_NHS_NO', 'DECISION'] as const;

/**
 * What people should decide, as a select: participants who were not linked and have a likely candidate, why they were
 * not, and an empty DECISION for yes or no. It holds NHS numbers, and is the custodian's alone.
 */
export function clericalRows(): string {
  return `SELECT c.study_id AS UNIQUE_REFERENCE, ${numberText('v.person')} AS CANDIDATE_NHS_NO, v.weight AS MATCH_WEIGHT,
      v.probability AS MATCH_PROBABILITY, round(v.gap, 4) AS MATCH_GAP,
      CASE WHEN v.twin_like THEN 'given names differ' WHEN v.is_close THEN 'another is close' WHEN t.code = '97' THEN 'another participant has them' ELSE 'not sure enough' END AS WHY,
      CAST(NULL AS VARCHAR) AS DECISION
    FROM "#trace verdicts" v JOIN ${COHORT} c USING (row) JOIN ${TRACED} t USING (row)
    WHERE v.kind = 'residue' AND t.match_rank IS NULL AND v.matchability >= ${LIKELY_ENOUGH} ORDER BY v.row`;
}

/**
 * Makes DECISIONS of a table with {@link DECISION_COLUMNS}, or an empty one. Lines without a decision are passed over; one
 * that is neither yes nor no, or of a reference that the cohort has not, is a Fault, and so are two that contradict each
 * other: whoever decided meant something.
 */
export async function readDecisions(database: LinkageDatabase, table: string | undefined): Promise<void> {
  const from =
    table === undefined
      ? `SELECT CAST(NULL AS VARCHAR) AS UNIQUE_REFERENCE, CAST(NULL AS VARCHAR) AS CANDIDATE_NHS_NO, CAST(NULL AS VARCHAR) AS DECISION WHERE false`
      : `SELECT trim(UNIQUE_REFERENCE) AS UNIQUE_REFERENCE, CANDIDATE_NHS_NO, lower(trim(DECISION)) AS DECISION FROM ${quoteName(table)} WHERE trim(DECISION) <> ''`;
  const [row] = await database.rows(
    `SELECT count(*) FILTER (WHERE DECISION NOT IN ('yes', 'no') OR TRY_CAST(CANDIDATE_NHS_NO AS BIGINT) IS NULL) AS unclear,
       count(*) FILTER (WHERE c.row IS NULL) AS unknown FROM (${from}) d LEFT JOIN ${COHORT} c ON c.study_id = d.UNIQUE_REFERENCE AND c.adds`,
  );
  const [unclear, unknown] = [numberIn(row, 'unclear'), numberIn(row, 'unknown')];
  if (unclear > 0) throw unfollowed(`${unclear} decisions are no yes or no about an NHS number`);
  if (unknown > 0) throw unfollowed(`${unknown} are of no participant`);
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${DECISIONS} AS SELECT DISTINCT c.row, CAST(d.CANDIDATE_NHS_NO AS BIGINT) AS person, d.DECISION = 'yes' AS is_same
     FROM (${from}) d JOIN ${COHORT} c ON c.study_id = d.UNIQUE_REFERENCE WHERE c.adds ORDER BY ALL`,
  );
  const both = await oneNumber(
    database,
    `SELECT count(*) FROM (SELECT row FROM ${DECISIONS} GROUP BY row, person HAVING count(*) > 1)`,
  );
  if (both > 0) throw unfollowed(`${both} candidates are decided both ways`);
}

function unfollowed(what: string): Fault {
  return new Fault(ExitCode.source, 'decisions', `the file of decisions can’t be followed: ${what}`, {
    hint: 'dars trace --clerical FILE writes what there is to decide',
  });
}
