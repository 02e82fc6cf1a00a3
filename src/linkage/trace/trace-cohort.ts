import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { quoteName } from '../../relation/print-sql.ts';
import type { Sides } from '../block/block.ts';
import { COHORT, COHORT_FAULTS } from '../cohort/cohort-tables.ts';
import type { FieldSource } from '../column-mapping.ts';
import type { Comparison } from '../compare/comparison.ts';
import { left as leftOf, right as rightOf } from '../compare/comparison.ts';
import { comparisonsFor } from '../compare/comparisons.ts';
import { addRarities, dropRarities, makeRarities } from '../compare/rarity.ts';
import { type LinkageDatabase, oneNumber } from '../database.ts';
import { KNOWN_FIELDS } from '../known-fields.ts';
import { score } from '../link.ts';
import { type Model, modelHash, modelOf, parametersOf } from '../model.ts';
import type { Extras } from '../standardise/feature-sql.ts';
import { FORMER } from '../standardise/history.ts';
import { sharedFeatures } from '../standardise/shared-features.ts';
import type { SourceTable } from '../standardise/source-table.ts';
import { type Records, standardise } from '../standardise/standardise.ts';
import { publishedCount } from '../trace-quality/published-count.ts';
import type { Parameters } from '../train/parameters.ts';
import { fitPriors, train } from '../train/train.ts';
import { traceByNumber } from './by-number.ts';
import { type Calibration, calibrate, calibratedFor } from './calibrate.ts';
import { chooseSought, takeBatch } from './choose-sought.ts';
import { decideTrace } from './decide-trace.ts';
import { fetchRecords, SAMPLED } from './fetch-records.ts';
import { findCandidates, type RuleYield, sumYields } from './find-candidates.ts';
import { addRivals, makeRivals, rankCandidates } from './rank-candidates.ts';
import {
  BATCH,
  BEST_RECORDS,
  BY_NUMBER,
  DECISIONS,
  FETCHED,
  FOUND,
  type PdsTables,
  SOUGHT,
  TRACED,
} from './trace-tables.ts';

export type TraceStep = 'number' | 'candidates' | 'fetch' | 'train' | 'compare' | 'decide';

/** Which of several batches, from 1. */
export interface TracePart {
  readonly number: number;
  readonly of: number;
}

/** Is told what is begun, and of which batch where there are several. */
export type TraceObserver = (step: TraceStep, part?: TracePart) => void;

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

/** Pairs below this weight are nobody's best. */
const FLOOR = -20;

const POPULATION_TABLE = quoteName('#population');
/** `a`, `b` (row numbers of records), `chance` (the same whatever the order of PDS): candidates of the batch. */
const CANDIDATES = quoteName('#trace candidates');
/** `a`, `b`, `pattern`, `weight`: those that were compared. */
const SCORED = quoteName('#trace scored');

/**
 * Traces the participants of a validated cohort to PDS. By number first; the others by all that is known of them
 * together, with a model that is learnt on the spot, without labels: what agreement by chance looks like from a sample
 * of PDS, what true pairs look like from the candidates themselves. Among these are participants who were found by number,
 * with the number withheld, so that the model has true pairs to learn from however small the residue is, and the result
 * can be judged: half of them without their own record among the candidates, whose every link is an error.
 *
 * Those who can't be looked for at once are looked for in batches that chance makes; the first of them is what the model is
 * learnt from. Nothing is decided before all are compared.
 */
export async function traceCohort(
  database: LinkageDatabase,
  pds: PdsTables,
  thisYear: number,
  observe: TraceObserver,
): Promise<Trace> {
  observe('number');
  await traceByNumber(database, pds);
  const batches = await chooseSought(database, pds);
  const first = await compareBatch(database, pds, thisYear, { batch: 0, batches, observe });
  const compared = [first];
  for (let batch = 1; batch < batches; batch += 1) {
    compared.push(await compareBatch(database, pds, thisYear, { batch, batches, observe }, first.learnt));
  }
  const { learnt } = first;
  const sum = (of: (batch: Compared) => number): number => compared.reduce((total, batch) => total + of(batch), 0);
  await dropRarities(database, learnt.comparisons);
  await checkDecisions(
    database,
    sum(({ decided }) => decided),
  );

  observe('decide');
  const count = (kind: string): Promise<number> =>
    oneNumber(database, `SELECT count(*) FROM ${SOUGHT} WHERE kind = '${kind}'`);
  await rankCandidates(database, learnt.comparisons);
  const [weight, correct] = await database.numbers(
    `SELECT weight, person = truth AS correct FROM "#trace best" WHERE truth IS NOT NULL ORDER BY row`,
    2,
  );
  const [residue = new Float64Array()] = await database.numbers(
    `SELECT weight FROM "#trace best" WHERE kind = 'residue' ORDER BY row`,
    1,
  );
  const without = (await count('residue')) - residue.length;
  const ofSamples = calibrate(weight ?? new Float64Array(), correct ?? new Float64Array());
  const calibration = calibratedFor(ofSamples, residue, without);
  await decideTrace(database, calibration);
  return {
    participants: await oneNumber(database, `SELECT count(*) FROM ${COHORT} WHERE adds`),
    yields: sumYields(compared.map(({ yields }) => yields)),
    model: learnt.model,
    modelHash: modelHash(learnt.model),
    calibration,
    pairs: sum(({ pairs }) => pairs),
    heldOut: await count('held out'),
    decoys: await count('decoy'),
  };
}

/** What came of a batch; its compared candidates stand in RIVALS. */
interface Compared {
  readonly learnt: Learnt;
  readonly yields: readonly RuleYield[];
  readonly pairs: number;
  /** Of those who were decided for, how many are among the records. */
  readonly decided: number;
}

interface Turn {
  readonly batch: number;
  readonly batches: number;
  readonly observe: TraceObserver;
}

/** Finds candidates of a batch and compares them; the first batch, before which nothing was learnt, teaches the model. */
async function compareBatch(
  database: LinkageDatabase,
  pds: PdsTables,
  thisYear: number,
  { batch, batches, observe }: Turn,
  before?: Learnt,
): Promise<Compared> {
  const tell = (step: TraceStep): void => observe(step, batches === 1 ? undefined : { number: batch + 1, of: batches });
  await takeBatch(database, batch, batches);
  tell('candidates');
  const yields = await findCandidates(database, pds);
  tell('fetch');
  await fetchRecords(database, pds, before === undefined);
  if (before === undefined) await makeRivals(database);
  const decided = await decidedAndFetched(database);
  const left = await standardise(database, soughtTable(), '#left', thisYear, EXTRAS);
  const right = await standardise(database, fetchedTable(), '#right', thisYear, EXTRAS);
  const features = await sharedFeatures(database, left, right);
  const comparisons = before?.comparisons ?? comparisonsFor(FIELD_NAMES, features);
  if (before === undefined) await takePopulation(database, comparisons, right);
  await addRarities(database, comparisons, left, [leftOf]);
  await addRarities(database, comparisons, right, [rightOf]);
  const pairs = await makeCandidates(database, left, right);
  if (before === undefined) tell('train');
  const learnt = before ?? (await learn(database, comparisons, sidesOf(left, right, pds), pairs));
  tell('compare');
  // How many there are to choose from is what the model was learnt with: batches are alike.
  const sides = { ...learnt.sides, left: left.table, right: right.table };
  await score(database, comparisons, sides, learnt.parameters, CANDIDATES, SCORED, FLOOR);
  await addRivals(database, SCORED, left.table, right.table);
  for (const table of [CANDIDATES, SCORED, left.table, right.table, FETCHED, BATCH]) {
    await database.execute(`DROP TABLE ${table}`);
  }
  return { learnt, yields, pairs, decided };
}

/** Drops what a trace leaves behind; call it when its result and the report on it are where they belong. */
export async function dropTrace(database: LinkageDatabase): Promise<void> {
  const named = ['#left', '#right', '#trace verdicts'].map(quoteName);
  const own = [BATCH, FETCHED, BEST_RECORDS, CANDIDATES, SCORED];
  for (const table of [...named, ...own, COHORT, COHORT_FAULTS, BY_NUMBER, SOUGHT, DECISIONS, TRACED]) {
    await database.execute(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** No blocks are made here: {@link findCandidates} has found who is compared. */
const EXTRAS: Extras = { texts: false, blocks: false };

const NAMES = ['nhs_number', 'given_name', 'family_name', 'other_given_name', 'date_of_birth', 'gender', 'postcode'];
const FIELDS: readonly FieldSource[] = KNOWN_FIELDS.filter(({ name }) => [...NAMES, ...FORMER].includes(name)).map(
  (field) => ({ field, columns: [field.name] }),
);
const FIELD_NAMES = FIELDS.map(({ field }) => field);

function soughtTable(): SourceTable {
  return {
    label: 'the cohort',
    table: '#trace batch',
    id: 'row',
    fields: FIELDS,
    lists: new Set(FORMER),
    hasPlainIds: true,
  };
}

function fetchedTable(): SourceTable {
  return {
    label: 'PDS',
    table: '#trace fetched',
    id: 'person',
    fields: FIELDS,
    lists: new Set(FORMER),
    hasPlainIds: true,
  };
}

function sidesOf(left: Records, right: Records, { rows }: PdsTables): Sides {
  return {
    left: left.table,
    right: right.table,
    isOne: false,
    leftRows: Math.max(left.rows, 1),
    rightRows: Math.max(rows, 1),
  };
}

/**
 * Makes the population of those records that were sampled, and of no other, so that a value is as frequent among them as it
 * is in PDS; and learns from it how rare values are.
 */
async function takePopulation(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  right: Records,
): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${POPULATION_TABLE} AS SELECT CAST(row_number() OVER (ORDER BY CAST(r.id AS BIGINT)) - 1 AS INTEGER) AS rid, r.* EXCLUDE (rid)
     FROM ${right.table} r SEMI JOIN ${SAMPLED} s ON s.person = CAST(r.id AS BIGINT)`,
  );
  await database.execute(`DROP TABLE ${SAMPLED}`);
  const population = { ...right, table: POPULATION_TABLE };
  await makeRarities(database, comparisons, [population]);
  await addRarities(database, comparisons, population, [rightOf]);
}

/** What the first batch taught: nothing of it changes with those after it. */
interface Learnt {
  readonly comparisons: readonly Comparison[];
  readonly sides: Sides;
  readonly model: Model;
  readonly parameters: Parameters;
}

async function learn(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: Sides,
  pairs: number,
): Promise<Learnt> {
  const population = await oneNumber(database, `SELECT count(*) FROM ${POPULATION_TABLE}`);
  const strangers: Sides = { ...sides, right: POPULATION_TABLE, rightRows: Math.max(population, 1) };
  const candidates = { table: CANDIDATES, pairs, of: sides.leftRows * sides.rightRows, yields: [], chance: 'chance' };
  const training = await train(database, comparisons, sides, candidates, strangers);
  await database.execute(`DROP TABLE ${POPULATION_TABLE}`);
  const model = modelOf(
    comparisons,
    training.parameters,
    `${publishedCount(sides.leftRows)} participants and ${sides.rightRows} records of PDS`,
  );
  const given = parametersOf(model, comparisons);
  return {
    comparisons,
    sides,
    model,
    parameters: await fitPriors(database, comparisons, sides, candidates, given, true),
  };
}

/** How many of those who were decided for are among the records of the batch. */
async function decidedAndFetched(database: LinkageDatabase): Promise<number> {
  return oneNumber(
    database,
    `SELECT count(*) FROM ${DECISIONS} d SEMI JOIN ${BATCH} b ON b.row = d.row SEMI JOIN ${FETCHED} f ON f.person = d.person WHERE d.is_same`,
  );
}

/** Whoever was decided for is somebody whom PDS has now. */
async function checkDecisions(database: LinkageDatabase, fetched: number): Promise<void> {
  const lost =
    (await oneNumber(database, `SELECT count(*) FROM ${DECISIONS} SEMI JOIN ${SOUGHT} USING (row) WHERE is_same`)) -
    fetched;
  if (lost === 0) return;
  throw new Fault(ExitCode.source, 'decisions', `${lost} decisions are for numbers that PDS has no current record of`, {
    hint: 'numbers may have been superseded since; decide anew with dars trace --clerical FILE',
  });
}

/** Makes the batch's CANDIDATES, by the row numbers of their records; a decoy's own record is not among them. Gives their number. */
async function makeCandidates(database: LinkageDatabase, left: Records, right: Records): Promise<number> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${CANDIDATES} AS SELECT l.rid AS a, r.rid AS b, hash(f.row, f.person) AS chance
     FROM ${FOUND} f JOIN ${SOUGHT} s ON s.row = f.row
     JOIN (SELECT rid, CAST(id AS INTEGER) AS row FROM ${left.table}) l ON l.row = f.row
     JOIN (SELECT rid, CAST(id AS BIGINT) AS person FROM ${right.table}) r ON r.person = f.person
     WHERE NOT (s.kind = 'decoy' AND f.person = s.truth) AND NOT EXISTS (SELECT 1 FROM ${DECISIONS} d WHERE d.row = f.row AND d.person = f.person AND NOT d.is_same)`,
  );
  await database.execute(`DROP TABLE ${FOUND}`);
  return oneNumber(database, `SELECT count(*) FROM ${CANDIDATES}`);
}
