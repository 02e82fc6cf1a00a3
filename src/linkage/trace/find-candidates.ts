import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import {
  CANDIDATE_RULES,
  dropNameHashes,
  formerHomeHits,
  formerNameHits,
  makeNameHashes,
  NUMBER_RULE,
  narrowedKeys,
  participantKeys,
  pdsHits,
  wantedKeys,
} from './candidate-keys.ts';
import { streamPast } from './stream-past.ts';
import { BATCH, BY_NUMBER, DECISIONS, FOUND, type PdsTables, personOf } from './trace-tables.ts';

/** PDS records that one key may have; a key that more have tells nobody apart. */
const RECORDS_OF_KEY = 500;
/**
 * Whom one key alone points to, and more records than these have it, is no candidate: it says of somebody that they are one
 * of so many, and what is left to compare, of which nothing made a key, hardly ever says the rest.
 */
const FEW_RECORDS = 32;
/** Candidates of one participant, at most: whom a number or a decision names, then those that most rules found. */
const CANDIDATES_OF_ONE = 300;
/** Pairs that are gathered at a time. */
const PAIRS_AT_ONCE = 4_000_000;

/** What a rule came to: pairs that it found, and participants whose key too many records have. */
export interface RuleYield {
  readonly rule: string;
  readonly pairs: number;
  /** Pairs that no rule before it found. */
  readonly first: number;
  readonly tooCommon: number;
}

/**
 * Makes FOUND, the PDS records that are worth comparing with a participant of the batch. The keys of the few who are sought
 * are held against PDS in one pass, and of PDS only numbers with such a key are kept, each once a key: nothing is multiplied
 * before it is counted. Then keys that too many share are dropped, and what is left is joined, some participants at a time.
 */
export async function findCandidates(database: LinkageDatabase, pds: PdsTables): Promise<RuleYield[]> {
  await database.execute(`CREATE OR REPLACE TEMP TABLE "#trace keys" AS ${participantKeys(BATCH)}`);
  await makeHits(database, pds);
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace sizes" AS SELECT k, count(*) AS n FROM "#trace hits" GROUP BY k`,
  );
  await makeFound(database);
  const yields = await yieldsOf(database);
  for (const table of ['keys', 'hits', 'sizes']) await database.execute(`DROP TABLE "#trace ${table}"`);
  return yields;
}

/** `person`, `k`: whom PDS has for keys of the batch. Whose a number is that was superseded is looked up for these alone. */
async function makeHits(database: LinkageDatabase, pds: PdsTables): Promise<void> {
  await makeNameHashes(database, pds);
  const wanted = '"#trace wanted keys"';
  await database.execute(`CREATE OR REPLACE TEMP TABLE ${wanted} AS ${wantedKeys('"#trace keys"', BATCH)}`);
  const found = (hits: typeof pdsHits): string =>
    `SELECT ${personOf('number')} AS n, k, parts FROM (${hits('number', pds.records, wanted)})`;
  await streamPast(database, `CREATE OR REPLACE TEMP TABLE "#trace raw hits" AS ${found(pdsHits)}`);
  const former = { former_family_name: formerNameHits, former_postcode: formerHomeHits };
  for (const column of pds.former) {
    await streamPast(database, `INSERT INTO "#trace raw hits" ${found(former[column])}`);
  }
  await dropNameHashes(database);
  await streamPast(
    database,
    `CREATE OR REPLACE TEMP TABLE "#trace hits" AS SELECT * FROM (
       SELECT CASE WHEN s."#superseded" IS NULL THEN n ELSE s."#current" END AS person, k FROM (${narrowedKeys('n', '"#trace raw hits"')})
       SEMI JOIN (SELECT DISTINCT k FROM "#trace keys") USING (k) LEFT JOIN ${pds.succession} s ON n = s."#superseded")
     WHERE person IS NOT NULL`,
  );
  for (const table of ['raw hits', 'wanted keys']) await database.execute(`DROP TABLE "#trace ${table}"`);
}

async function makeFound(database: LinkageDatabase): Promise<void> {
  const keys = `SELECT row, rule, k, n FROM "#trace keys" JOIN "#trace sizes" USING (k) WHERE n <= ${RECORDS_OF_KEY}`;
  const pairs = await oneNumber(database, `SELECT coalesce(sum(n), 0) FROM (${keys})`);
  const slices = Math.max(1, Math.ceil(pairs / PAIRS_AT_ONCE));
  const named = `SELECT row, person, ${NUMBER_RULE} AS rule, 0 AS n FROM ${BY_NUMBER} SEMI JOIN ${BATCH} USING (row) WHERE rank IS NULL
    UNION ALL SELECT row, person, ${NUMBER_RULE}, 0 FROM ${DECISIONS} SEMI JOIN ${BATCH} USING (row) WHERE is_same`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${FOUND} (row INTEGER, person BIGINT, rules SMALLINT, rule TINYINT)`,
  );
  for (let slice = 0; slice < slices; slice += 1) {
    const own = `row % ${slices} = ${slice}`;
    await database.execute(
      `INSERT INTO ${FOUND} SELECT row, person, rules, rule FROM (
         SELECT row, person, bit_or(1 << rule) AS rules, min(rule) AS rule, min(n) AS least
         FROM (SELECT row, person, rule, n FROM (${keys} AND ${own}) JOIN "#trace hits" USING (k) UNION ALL SELECT * FROM (${named}) WHERE ${own})
         GROUP BY row, person HAVING least <= ${FEW_RECORDS} OR bit_count(rules) > 1)
       QUALIFY row_number() OVER (PARTITION BY row ORDER BY rules >> ${NUMBER_RULE} DESC, bit_count(rules) DESC, person) <= ${CANDIDATES_OF_ONE}`,
    );
  }
}

async function yieldsOf(database: LinkageDatabase): Promise<RuleYield[]> {
  const labels = [...CANDIDATE_RULES, 'NHS number that nothing confirmed, or decided'];
  const counts = labels.map(
    (_, rule) =>
      `count(*) FILTER (WHERE rules >> ${rule} & 1 = 1) AS pairs${rule}, count(*) FILTER (WHERE rule = ${rule}) AS first${rule}`,
  );
  const [found] = await database.rows(`SELECT ${counts.join(', ')} FROM ${FOUND}`);
  const common = await database.rows(
    `SELECT rule, count(*) AS n FROM "#trace keys" JOIN "#trace sizes" USING (k) WHERE n > ${RECORDS_OF_KEY} GROUP BY rule`,
  );
  return labels.map((label, rule) => ({
    rule: label,
    pairs: numberIn(found, `pairs${rule}`),
    first: numberIn(found, `first${rule}`),
    tooCommon: numberIn(
      common.find((row) => Number(row['rule']) === rule),
      'n',
    ),
  }));
}

/** The yields of batches as one. */
export function sumYields(batches: readonly (readonly RuleYield[])[]): RuleYield[] {
  const [first = []] = batches;
  return first.map(({ rule }, index) => {
    const sum = (of: (each: RuleYield) => number): number =>
      batches.reduce((total, batch) => total + (batch[index] === undefined ? 0 : of(batch[index])), 0);
    return {
      rule,
      pairs: sum(({ pairs }) => pairs),
      first: sum((each) => each.first),
      tooCommon: sum(({ tooCommon }) => tooCommon),
    };
  });
}
