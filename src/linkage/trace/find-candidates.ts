import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import { CANDIDATE_RULES, keyList, keyName, keyPostcode, NUMBER_RULE } from './candidate-keys.ts';
import { streamPast } from './stream-past.ts';
import { BY_NUMBER, DECISIONS, type PdsTables, SOUGHT } from './trace-tables.ts';

/** PDS records that one key may have; a key that more have tells nobody apart. */
const RECORDS_OF_KEY = 500;
/** Candidates of one participant, at most: whom a number or a decision names, then those that most rules found. */
const CANDIDATES_OF_ONE = 300;

/** `row`, `person`, `rules` (a bit a rule), `rule` (the first). */
export const FOUND = '"#trace found"';

/** What a rule came to: pairs that it found, and participants whose key too many records have. */
export interface RuleYield {
  readonly rule: string;
  readonly pairs: number;
  /** Pairs that no rule before it found. */
  readonly first: number;
  readonly tooCommon: number;
}

/**
 * Finds the PDS records that are worth comparing with a participant. The keys of the few who are sought are held against
 * PDS in one pass, and of PDS only numbers with such a key are kept, each once a key: nothing is multiplied before it is
 * counted. Then keys that too many share are dropped, and what is left is joined.
 */
export async function findCandidates(database: LinkageDatabase, pds: PdsTables): Promise<RuleYield[]> {
  const plain = `${keyName('given_name')} AS given, ${keyName('family_name')} AS family, born`;
  const rules = `[${Array.from({ length: CANDIDATE_RULES.length }, (_, rule) => rule).join(', ')}]`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace keys" AS SELECT row, k, CAST(rule AS TINYINT) AS rule FROM (
       SELECT row, unnest(k) AS k, unnest(${rules}) AS rule
       FROM (${keyList('row', `(SELECT row, ${plain}, ${keyPostcode('postcode')} AS postcode FROM ${SOUGHT})`, 'cohort')})) WHERE k IS NOT NULL`,
  );
  await streamPast(
    database,
    `CREATE OR REPLACE TEMP TABLE "#trace hits" AS SELECT person, k FROM (
       SELECT person, unnest(k) AS k
       FROM (${keyList('person', `(SELECT person, ${plain}, CASE WHEN NOT sensitive THEN ${keyPostcode('postcode')} END AS postcode FROM ${pds.records})`, 'pds')}))
     SEMI JOIN (SELECT DISTINCT k FROM "#trace keys") USING (k)`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace common" AS SELECT k FROM "#trace hits" GROUP BY k HAVING count(*) > ${RECORDS_OF_KEY}`,
  );
  const byKey = `SELECT row, person, rule FROM (SELECT * FROM "#trace keys" ANTI JOIN "#trace common" USING (k)) JOIN "#trace hits" USING (k)`;
  const decided = `SELECT row, person, ${NUMBER_RULE} FROM ${DECISIONS} WHERE is_same`;
  const byNumber = `SELECT n.row, n.person, ${NUMBER_RULE} FROM ${BY_NUMBER} n SEMI JOIN ${SOUGHT} s ON n.row = s.row WHERE n.rank IS NULL`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${FOUND} AS SELECT row, person, bit_or(1 << rule) AS rules, min(rule) AS rule
     FROM (${byKey} UNION ALL ${byNumber} UNION ALL ${decided}) GROUP BY row, person
     QUALIFY row_number() OVER (PARTITION BY row ORDER BY rules >> ${NUMBER_RULE} DESC, bit_count(rules) DESC, person) <= ${CANDIDATES_OF_ONE}`,
  );
  const labels = [...CANDIDATE_RULES, 'NHS number that nothing confirmed, or decided'];
  const yields: RuleYield[] = [];
  for (const [rule, label] of labels.entries()) {
    const [row] = await database.rows(
      `SELECT count(*) FILTER (WHERE rules >> ${rule} & 1 = 1) AS pairs, count(*) FILTER (WHERE rule = ${rule}) AS first FROM ${FOUND}`,
    );
    const tooCommon = await oneNumber(
      database,
      `SELECT count(*) FROM "#trace keys" SEMI JOIN "#trace common" USING (k) WHERE rule = ${rule}`,
    );
    yields.push({ rule: label, pairs: numberIn(row, 'pairs'), first: numberIn(row, 'first'), tooCommon });
  }
  for (const table of ['keys', 'hits', 'common']) await database.execute(`DROP TABLE "#trace ${table}"`);
  return yields;
}
