import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { quoteName } from '../../relation/print-sql.ts';
import type { Sides } from '../block/block.ts';
import { COHORT, COHORT_FAULTS } from '../cohort/cohort-tables.ts';
import type { FieldSource } from '../column-mapping.ts';
import type { Comparison } from '../compare/comparison.ts';
import { comparisonsFor } from '../compare/comparisons.ts';
import { addRarities } from '../compare/rarity.ts';
import { type LinkageDatabase, oneNumber } from '../database.ts';
import { levelIs } from '../decide/match-rank.ts';
import { KNOWN_FIELDS } from '../known-fields.ts';
import { score } from '../link.ts';
import { type Model, modelHash, modelOf, parametersOf } from '../model.ts';
import { sharedFeatures } from '../standardise/shared-features.ts';
import { type Records, type SourceTable, standardise } from '../standardise/standardise.ts';
import { publishedCount } from '../trace-quality/published-count.ts';
import { fitPriors, train } from '../train/train.ts';
import { traceByNumber } from './by-number.ts';
import { type Calibration, calibrate } from './calibrate.ts';
import { decideTrace } from './decide-trace.ts';
import { FOUND, findCandidates, type RuleYield } from './find-candidates.ts';
import { formerValues } from './former-values.ts';
import { BY_NUMBER, CANDIDATES, DECISIONS, type PdsTables, SCORED, SOUGHT, TRACED } from './trace-tables.ts';

export type TraceStep = 'number' | 'candidates' | 'fetch' | 'train' | 'decide';

/** What a trace came to; who was found stands in the table TRACED. */
export interface Trace {
  /** Participants that the file adds. */
  readonly participants: number;
  readonly yields: readonly RuleYield[];
  readonly model: Model;
  readonly modelHash: string;
  readonly calibration: Calibration;
  readonly pairs: number;
  /** Participants of a known person whose number was withheld: with the person among the candidates, and without. */
  readonly heldOut: number;
  readonly decoys: number;
}

/** Of each kind, at most. A rate of one in a hundred is then known to within a fifth of itself. */
const SAMPLE = 10_000;
/** PDS records that say how frequent a value is. */
const POPULATION = 300_000;
/** Pairs below this weight are nobody's best. */
const FLOOR = -20;

/** Odds are summed in thousand-millionths. */
const ODDS = 1_000_000_000;

const FETCHED = quoteName('#trace fetched');
const POPULATION_TABLE = quoteName('#population');

/**
 * Traces the participants of a validated cohort to PDS. By number first; the others by all that is known of them
 * together, with a model that is learnt on the spot, without labels: what agreement by chance looks like from a sample
 * of PDS, what true pairs look like from the candidates themselves. Among these are participants who were found by number,
 * with the number withheld, so that the model has true pairs to learn from however small the residue is, and the result
 * can be judged: half of them without their own record among the candidates, whose every link is an error.
 */
export async function traceCohort(
  database: LinkageDatabase,
  pds: PdsTables,
  thisYear: number,
  observe: (step: TraceStep) => void,
): Promise<Trace> {
  observe('number');
  await traceByNumber(database, pds);
  await chooseSought(database);
  observe('candidates');
  const yields = await findCandidates(database, pds);
  observe('fetch');
  await fetchRecords(database, pds);
  const left = await standardise(database, soughtTable(), '#left', thisYear);
  const right = await standardise(database, fetchedTable(), '#right', thisYear);
  const features = await sharedFeatures(database, left, right);
  const every = sampleEvery(pds.rows);
  // Only records that were sampled, so that a value is as frequent here as it is in PDS.
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${POPULATION_TABLE} AS SELECT CAST(row_number() OVER (ORDER BY r.rid) - 1 AS INTEGER) AS rid, r.* EXCLUDE (rid)
     FROM ${right.table} r WHERE hash(CAST(id AS BIGINT)) % ${every} = 0`,
  );
  const population = await oneNumber(database, `SELECT count(*) FROM ${POPULATION_TABLE}`);
  const comparisons = comparisonsFor(
    FIELDS.map(({ field }) => field),
    features,
  );
  const sample: Records = { ...right, table: POPULATION_TABLE, rows: population };
  await addRarities(database, comparisons, [left, right, sample], [sample]);
  await makeCandidates(database, left, right);

  observe('train');
  const sides: Sides = {
    left: left.table,
    right: right.table,
    isOne: false,
    leftRows: Math.max(left.rows, 1),
    rightRows: Math.max(pds.rows, 1),
  };
  const pairs = await oneNumber(database, `SELECT count(*) FROM ${CANDIDATES}`);
  const strangers: Sides = { ...sides, right: POPULATION_TABLE, rightRows: Math.max(population, 1) };
  const candidates = { table: CANDIDATES, pairs, of: sides.leftRows * sides.rightRows, yields: [] };
  const training = await train(database, comparisons, sides, candidates, strangers);
  const model = modelOf(
    comparisons,
    training.parameters,
    `${publishedCount(left.rows)} participants and ${pds.rows} records of PDS`,
  );
  const given = parametersOf(model, comparisons);
  const parameters = await fitPriors(database, comparisons, sides, candidates, given, true);
  await score(database, comparisons, sides, parameters, CANDIDATES, SCORED, FLOOR);

  observe('decide');
  await rankCandidates(database, comparisons, left, right);
  const [weight, correct] = await database.numbers(
    `SELECT weight, person = truth AS correct FROM "#trace best" WHERE truth IS NOT NULL ORDER BY row`,
    2,
  );
  const calibration = calibrate(weight ?? new Float64Array(), correct ?? new Float64Array());
  await checkDecisions(database);
  await decideTrace(database, calibration);
  const sampled = (kind: string): Promise<number> =>
    oneNumber(database, `SELECT count(*) FROM ${SOUGHT} WHERE kind = '${kind}'`);
  return {
    participants: await oneNumber(database, `SELECT count(*) FROM ${COHORT} WHERE adds`),
    yields,
    model,
    modelHash: modelHash(model),
    calibration,
    pairs,
    heldOut: await sampled('held out'),
    decoys: await sampled('decoy'),
  };
}

/** Drops what a trace leaves behind; call it when its result and the report on it are where they belong. */
export async function dropTrace(database: LinkageDatabase): Promise<void> {
  const named = ['#left', '#right', '#population', '#trace fetched', '#trace verdicts'].map(quoteName);
  for (const table of [...named, COHORT, COHORT_FAULTS, BY_NUMBER, SOUGHT, CANDIDATES, SCORED, DECISIONS, TRACED]) {
    await database.execute(`DROP TABLE IF EXISTS ${table}`);
  }
}

const NAMES = ['nhs_number', 'given_name', 'family_name', 'other_given_name', 'date_of_birth', 'gender', 'postcode'];
const LISTS = ['former_family_name', 'former_postcode'];
const FIELDS: readonly FieldSource[] = KNOWN_FIELDS.filter(({ name }) => [...NAMES, ...LISTS].includes(name)).map(
  (field) => ({ field, columns: [field.name] }),
);

function soughtTable(): SourceTable {
  return { label: 'the cohort', table: '#trace sought', id: 'row', fields: FIELDS, lists: new Set(LISTS) };
}

function fetchedTable(): SourceTable {
  return { label: 'PDS', table: '#trace fetched', id: 'person', fields: FIELDS, lists: new Set(LISTS) };
}

function sampleEvery(rows: number): number {
  return Math.max(1, Math.floor(rows / POPULATION));
}

/**
 * The residue with all that is known of it; and samples of those found by number and date of birth, without the number.
 * What the codes of genders mean is known here, and must not be guessed: in a study of men those who have 0 and 1 alone
 * would be taken for two sexes.
 */
async function chooseSought(database: LinkageDatabase): Promise<void> {
  const found = `(SELECT row, person FROM ${BY_NUMBER} WHERE rank <= 2)`;
  const available = await oneNumber(database, `SELECT count(*) FROM ${found}`);
  const each = Math.min(SAMPLE, Math.floor(available / 2));
  const sampled = `SELECT row, person, row_number() OVER (ORDER BY hash(row), row) AS nth FROM ${found}`;
  const kind = `CASE WHEN s.row IS NULL THEN 'residue' WHEN s.nth % 2 = 0 THEN 'decoy' ELSE 'held out' END`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${SOUGHT} AS
     SELECT c.row, ${kind} AS kind, s.person AS truth,
       CASE WHEN s.row IS NULL THEN lpad(CAST(c.nhs AS VARCHAR), 10, '0') END AS nhs_number,
       c.given_name, c.family_name, c.other_given_name, CAST(c.born AS VARCHAR) AS date_of_birth, c.born, CASE WHEN c.gender IN ('1', '2') THEN c.gender END AS gender, c.postcode,
       CAST([] AS VARCHAR[]) AS former_family_name, CAST([] AS VARCHAR[]) AS former_postcode
     FROM ${COHORT} c LEFT JOIN (SELECT * FROM (${sampled}) WHERE nth <= ${2 * each}) s ON c.row = s.row
     LEFT JOIN ${BY_NUMBER} n ON n.row = c.row AND n.rank IS NOT NULL
     WHERE c.adds AND (n.row IS NULL OR s.row IS NOT NULL) ORDER BY c.row`,
  );
}

/**
 * The current records of all candidates, with what their superseded records said of name and postcode; and a sample of
 * PDS. Where a sensitive record's person lives is left out.
 */
async function fetchRecords(database: LinkageDatabase, pds: PdsTables): Promise<void> {
  const wanted = `(SELECT DISTINCT person FROM ${FOUND})`;
  const columns = `person, is_current, sensitive, given_name, family_name, other_given_name, born, gender, CASE WHEN NOT sensitive THEN postcode END AS postcode`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace records" AS SELECT ${columns}
     FROM ${pds.records} WHERE (is_current AND hash(person) % ${sampleEvery(pds.rows)} = 0) OR person IN ${wanted}`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${FETCHED} AS
     SELECT r.person, r.sensitive, lpad(CAST(r.person AS VARCHAR), 10, '0') AS nhs_number, r.given_name, r.family_name, r.other_given_name,
       CAST(r.born AS VARCHAR) AS date_of_birth, r.gender, r.postcode, f.former_family_name, f.former_postcode
     FROM "#trace records" r LEFT JOIN (
       ${formerValues('(SELECT * FROM "#trace records" WHERE NOT is_current)')}) f USING (person) WHERE r.is_current`,
  );
  await database.execute('DROP TABLE "#trace records"');
}

/** Whoever was decided for is somebody whom PDS has now. */
async function checkDecisions(database: LinkageDatabase): Promise<void> {
  const lost = await oneNumber(
    database,
    `SELECT count(*) FROM ${DECISIONS} d ANTI JOIN ${FETCHED} f ON f.person = d.person WHERE d.is_same`,
  );
  if (lost === 0) return;
  throw new Fault(ExitCode.source, 'decisions', `${lost} decisions are for numbers that PDS has no current record of`, {
    hint: 'numbers may have been superseded since; decide anew with dars trace --clerical FILE',
  });
}

/** The candidates by the row numbers of their records; a decoy's own record is not among them. */
async function makeCandidates(database: LinkageDatabase, left: Records, right: Records): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${CANDIDATES} AS SELECT l.rid AS a, r.rid AS b, f.rules, f.rule
     FROM ${FOUND} f JOIN ${SOUGHT} s ON s.row = f.row
     JOIN (SELECT rid, CAST(id AS INTEGER) AS row FROM ${left.table}) l ON l.row = f.row
     JOIN (SELECT rid, CAST(id AS BIGINT) AS person FROM ${right.table}) r ON r.person = f.person
     WHERE NOT (s.kind = 'decoy' AND f.person = s.truth) AND NOT EXISTS (SELECT 1 FROM ${DECISIONS} d WHERE d.row = f.row AND d.person = f.person AND NOT d.is_same)
     ORDER BY a, b`,
  );
  await database.execute(`DROP TABLE ${FOUND}`);
}

/**
 * `#trace best`: of everybody sought the best candidate: `row`, `kind`, `truth`, `person`, `weight`, `gap` to the second,
 * `share` of all candidates' odds, `is_mutual` (nobody else of the kind has them as a better candidate), `twin_like` (the given names
 * differ), `is_exact` (all that both know agrees).
 */
async function rankCandidates(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  left: Records,
  right: Records,
): Promise<void> {
  const is = (field: string, ...labels: string[]): string => levelIs(comparisons, field, labels);
  const exact = [
    is('given_name', 'exact', 'nickname'),
    is('family_name', 'exact', 'former'),
    is('date_of_birth', 'exact'),
    is('gender', 'equal'),
    is('postcode', 'exact', 'former'),
  ].join(' AND ');
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace rivals" AS
     SELECT s.row, s.kind, CAST(r.id AS BIGINT) AS person, x.weight, x.pattern
     FROM ${SCORED} x JOIN (SELECT rid, CAST(id AS INTEGER) AS row FROM ${left.table}) l ON l.rid = x.a
     JOIN ${SOUGHT} s ON s.row = l.row JOIN ${right.table} r ON r.rid = x.b`,
  );
  // Aggregates and no windows: a window for each of a million participants takes minutes. Odds are summed as whole
  // numbers, so that the sum does not depend on the order of rows; of equal weights the lower number comes first.
  const odds = `CAST(round(${ODDS} * pow(2, least(weight, 60))) AS HUGEINT)`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace best" AS
     WITH mine AS (
       SELECT row, kind, max({'w': weight, 'p': -person, 'g': pattern}, 2) AS top, CAST(sum(${odds}) AS DOUBLE) / ${ODDS} AS odds
       FROM "#trace rivals" GROUP BY row, kind),
     theirs AS (SELECT kind, person, max(weight, 2) AS top FROM "#trace rivals" GROUP BY kind, person),
     best AS (SELECT row, kind, odds, top[1].w AS weight, -top[1].p AS person, top[1].g AS pattern, top[1].w - top[2].w AS gap FROM mine)
     SELECT b.row, b.kind, s.truth, b.person, b.weight, b.gap, b.odds, least(1, pow(2, least(b.weight, 60)) / b.odds) AS share,
       b.weight = t.top[1] AND coalesce(t.top[2] < t.top[1], true) AS is_mutual,
       ${is('given_name', 'different')} AS twin_like, (${exact}) AS is_exact, pattern
     FROM best b JOIN theirs t ON t.kind = b.kind AND t.person = b.person JOIN ${SOUGHT} s ON s.row = b.row ORDER BY b.row`,
  );
  await database.execute('DROP TABLE "#trace rivals"');
}
