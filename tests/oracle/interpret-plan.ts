import { normaliseNhsNumber } from '../../src/kernel/nhs-number.ts';
import { pseudonym } from '../../src/kernel/pseudonym.ts';
import {
  type CohortPlan,
  type FilePlan,
  type OutputColumn,
  type Plan,
  type ReadColumn,
  type Step,
  stepOf,
  stepsOf,
  TOKEN_COLUMN,
} from '../../src/plan/plan.ts';
import { meets } from './condition.ts';
import { derive } from './derive.ts';
import { isRemoved } from './opt-outs.ts';
import type { OracleInputs, SourceRecord, SourceTable } from './oracle-inputs.ts';
import { comparePlaces, type Place, sliceOf } from './order.ts';
import { type Succession, successionOf } from './succession.ts';
import { codeOf, presentValue, readValue, type Value } from './values.ts';

/** Steps of the waterfall, in order: a row leaves at the first that applies. */
const WATERFALL = [
  'unresolved',
  'opted out',
  'outside the cohort',
  'outside the period',
  'outside the conditions',
  'released',
] as const;
type Outcome = (typeof WATERFALL)[number];

export interface OracleFile {
  readonly columns: readonly string[];
  /** In order; rows of one place may come in any. */
  readonly rows: readonly { readonly place: Place; readonly values: readonly Value[] }[];
  readonly waterfall: readonly { readonly step: Outcome | 'in'; readonly rows: number; readonly people: number }[];
}

/**
 * What a plan means, the slow and obvious way: one record after another, over arrays. This is the specification (design,
 * section 4, steps 3 to 8) that every engine is held against, and shares no code with any.
 */
export function interpretPlan(plan: Plan, inputs: OracleInputs): OracleFile[] {
  const succession = successionOf(table(inputs, 'pds'));
  const cohort = plan.cohort === undefined ? undefined : membersOf(plan.cohort, inputs, succession);
  return plan.files.map((file) => interpretFile(file, inputs, succession, cohort));
}

/** A record of the source and whom it is about. */
interface Row {
  readonly record: SourceRecord;
  readonly number: string | undefined;
  readonly person: string | undefined;
}

function interpretFile(
  file: FilePlan,
  inputs: OracleInputs,
  succession: Succession,
  cohort: ReadonlySet<string> | undefined,
): OracleFile {
  const source = table(inputs, file.dataset);
  const { key } = must(stepOf(file.steps, 'resolve'));
  const rows = source.records.map((record): Row => rowOf(record, key, succession));
  const outcomes = rows.map((row) => outcomeOf(row, file, inputs, succession, cohort));
  const released = rows.filter((_, at) => outcomes[at] === 'released');

  const columns = must(stepOf(file.steps, 'minimise')).columns;
  const tokens = file.identifiability === 'pseudonymised';
  const made = released.map((row) => {
    const token = row.person === undefined ? undefined : pseudonym(inputs.key, 'PERSON', row.person);
    const values = columns.map((column) => outputValue(column, row, file, inputs));
    return {
      place: placeOf(row, file, source, inputs, succession),
      values: tokens ? [token, ...values] : values,
    };
  });
  const steps = WATERFALL.filter((step) => step !== 'outside the cohort' || hasStep(file, 'keep-cohort'));
  return {
    columns: [...(tokens ? [TOKEN_COLUMN] : []), ...columns.map(({ name }) => name)],
    rows: made.sort((a, b) => comparePlaces(a.place, b.place)),
    waterfall: [
      { step: 'in', ...counted(rows) },
      ...steps.map((step) => ({ step, ...counted(rows.filter((_, at) => outcomes[at] === step)) })),
    ],
  };
}

function outcomeOf(
  row: Row,
  file: FilePlan,
  inputs: OracleInputs,
  succession: Succession,
  cohort: ReadonlySet<string> | undefined,
): Outcome {
  const { unresolved } = must(stepOf(file.steps, 'resolve'));
  const { policy } = must(stepOf(file.steps, 'remove-opt-outs'));
  const { columns } = must(stepOf(file.steps, 'read'));
  if (row.person === undefined && unresolved === 'exclude') return 'unresolved';
  if (policy.apply && inputs.optOuts !== undefined && isRemoved(row.number, inputs.optOuts, succession))
    return 'opted out';
  if (hasStep(file, 'keep-cohort') && (row.person === undefined || cohort?.has(row.person) !== true))
    return 'outside the cohort';
  if (!isInPeriods(row.record, file.steps, columns)) return 'outside the period';
  if (!meetsConditions(row.record, file.steps, columns)) return 'outside the conditions';
  return 'released';
}

/** Both ends included. */
function isInPeriods(record: SourceRecord, steps: readonly Step[], columns: readonly ReadColumn[]): boolean {
  return stepsOf(steps, 'select-period').every(({ column, from, to }) => {
    const day = presentValue(record, must(columns.find(({ name }) => name === column)));
    return day !== undefined && day >= from && day <= to;
  });
}

function meetsConditions(record: SourceRecord, steps: readonly Step[], columns: readonly ReadColumn[]): boolean {
  return stepsOf(steps, 'select-rows').every(({ condition }) => meets(condition, record, columns) === true);
}

/** The people of a cohort, by current number. */
function membersOf(cohort: CohortPlan, inputs: OracleInputs, succession: Succession): Set<string> {
  const members = new Set<string>();
  if (cohort.kind === 'file') {
    for (const written of inputs.cohortFile ?? []) {
      const { person } = rowOf({ nhs_number: written }, 'nhs_number', succession);
      if (person !== undefined) members.add(person);
    }
    return members;
  }
  const { columns } = must(stepOf(cohort.steps, 'read'));
  const { key } = must(stepOf(cohort.steps, 'resolve'));
  for (const record of table(inputs, cohort.dataset).records) {
    const { person } = rowOf(record, key, succession);
    const chosen = isInPeriods(record, cohort.steps, columns) && meetsConditions(record, cohort.steps, columns);
    if (person !== undefined && chosen) members.add(person);
  }
  return members;
}

/** A column of the output for one row: looked up, withheld, made coarser, or replaced by a token. */
function outputValue(column: OutputColumn, row: Row, file: FilePlan, inputs: OracleInputs): Value {
  const pds = row.person === undefined ? undefined : pdsRecordOf(row.person, inputs);
  // An extract of PDS has superseded records too, which may be sensitive where the current one is not.
  const records = [pds, file.dataset === 'pds' ? row.record : undefined];
  if (column.withheld && records.some((each) => each !== undefined && isSensitive(each))) return undefined;
  const record = column.of === 'pds' ? pds : row.record;
  if (record === undefined) return undefined;
  const value = readValue(record, { name: column.from, type: column.sourceType });
  if (column.token !== undefined) return value === undefined ? undefined : pseudonym(inputs.key, column.token, value);
  if (column.as === undefined) return value;
  const { columns } = must(stepOf(file.steps, 'read'));
  const { demographics } = must(stepOf(file.steps, 'resolve'));
  const beside = { concept: column.concept, event: undefined, geography: inputs.geography };
  if (column.at === undefined) return derive(value, column.as, beside);
  // An age is of days that are known: a date that stands for none is none.
  const born = must((column.of === 'pds' ? demographics : columns).find(({ name }) => name === column.from));
  const event = must(columns.find(({ name }) => name === column.at));
  return derive(presentValue(record, born), column.as, { ...beside, event: presentValue(row.record, event) });
}

/** A record with any mark but `U`, unrestricted: what is not known to be harmless counts as sensitive. */
function isSensitive(pds: SourceRecord): boolean {
  const mark = codeOf(readValue(pds, { name: 'confidentiality', type: 'text' }));
  return mark !== undefined && mark !== 'U';
}

function pdsRecordOf(person: string, inputs: OracleInputs): SourceRecord | undefined {
  return table(inputs, 'pds').records.find((record) => normaliseNhsNumber(record['nhs_number'] ?? '') === person);
}

function placeOf(row: Row, file: FilePlan, source: SourceTable, inputs: OracleInputs, succession: Succession): Place {
  const { columns } = must(stepOf(file.steps, 'read'));
  const keys = must(stepOf(file.steps, 'order')).key.filter((name) => source.columns.includes(name));
  const names = file.identifiability === 'identifiable';
  return {
    slice: sliceOf(row.number === undefined ? undefined : succession.endOf(row.number), names, inputs.key),
    token: row.person === undefined ? undefined : pseudonym(inputs.key, names ? 'ORDER' : 'PERSON', row.person),
    key: keys.map((key) => readValue(row.record, must(columns.find(({ name }) => name === key)))),
  };
}

function rowOf(record: SourceRecord, key: string, succession: Succession): Row {
  const number = normaliseNhsNumber(record[key] ?? '');
  return { record, number, person: number === undefined ? undefined : succession.personOf(number) };
}

/** People are counted by whom they resolve to, else by the number they came with; a row without one is nobody. */
function counted(rows: readonly Row[]): { rows: number; people: number } {
  const people = new Set(rows.map(({ person, number }) => person ?? number));
  people.delete(undefined);
  return { rows: rows.length, people: people.size };
}

function hasStep(file: FilePlan, kind: Step['kind']): boolean {
  return stepOf(file.steps, kind) !== undefined;
}

function table({ sources }: OracleInputs, dataset: string): SourceTable {
  return must(sources.get(dataset));
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the plan lacks what the oracle needs');
  return value;
}
