import {
  and,
  call,
  choose,
  coalesce,
  column,
  compare,
  type Expression,
  integer,
  isNull,
  not,
  nothing,
  text,
  truth,
} from '../relation/expression.ts';
import {
  distinct,
  filter,
  join,
  type Named,
  order,
  project,
  pseudonymised,
  type Relation,
  table,
} from '../relation/relation.ts';
import { ALL_SLICES, type SliceRange } from '../relation/slices.ts';
import { must } from './checked.ts';
import { finished, isGeography, isSensitive, marked, ofRecord } from './column-values.ts';
import {
  type CohortPlan,
  type FilePlan,
  keyColumnOf,
  type OutputColumn,
  type ReadColumn,
  STUDY_COLUMN,
  type Step,
  stepOf,
  stepsOf,
  TOKEN_COLUMN,
} from './plan.ts';
import { hasRestricted, inPeriods, inRows, inStay, read_, unrestricted } from './row-conditions.ts';

/**
 * Names of the tables that an engine keeps while it runs a plan. Names of dars begin with `#`, which no column of a
 * catalogue or a pipeline can.
 */
export const Tables = {
  /** A dataset as its source has it, every column in its declared type: `source('hes_apc')`. */
  source: (dataset: string): string => `#source ${dataset}`,
  /** Superseded numbers: `#superseded`, the `#root` of its tree, the person's `#current` number or null. */
  succession: '#succession',
  /** Roots of trees as `#opted`: those that opted out, or with a keep-list those that may stay. */
  optOuts: '#opt_outs',
  /** People by `#member`. */
  cohort: '#cohort',
  /**
   * Participants of a product's cohort, one row each: `#study`, `#state` (`added` or `deleted`), `#participant` (the
   * person's current number, null if not found; no two rows have one), `#from` and `#to` (null if open), `#exempt`,
   * `#match NAME` of each column of a match file, as text, and `#sent NAME` of what the applicant sent.
   */
  participants: (product: string): string => `#participants ${product}`,
  /** `lsoa`, `msoa`, `local_authority`, `region`. */
  geography: '#geography',
  /** `code`s of few people in a form, and what is `given` instead: `rareCodes('icd10', '3_characters')`. */
  rareCodes: (system: string, form: string): string => `#rare ${system} ${form}`,
  people: '#people',
  staged: '#staged',
  tokens: '#tokens',
  output: '#output',
} as const;

/** Where a row left the flow, in the order of the waterfall; the numbers are stable, the ledger has the names. */
export const WATERFALL = [
  'unresolved',
  'opted out',
  'outside the cohort',
  'outside the period',
  'outside the conditions',
  'legally restricted',
  'released',
] as const;

/**
 * What became of the things that a tracking report could tell. Who is not reported, because PDS does not know them or
 * because they opted out, is one step, so that no count tells of the one or the other.
 */
export const TRACKING_WATERFALL = ['not reported', 'told before', 'released'] as const;
export type WaterfallStep = (typeof WATERFALL)[number] | (typeof TRACKING_WATERFALL)[number];
export const RELEASED = WATERFALL.indexOf('released');

/**
 * What people are dealt and ordered by. Whoever holds an output with names and one with tokens must not be able to lay
 * the one beside the other row by row, so each has keyed numbers of its own.
 */
interface Dealing {
  readonly slice: 'slice' | 'identified_slice';
  readonly token: 'PERSON' | 'ORDER';
}

function dealingOf({ identifiability }: FilePlan): Dealing {
  return identifiability === 'identifiable'
    ? { slice: 'identified_slice', token: 'ORDER' }
    : { slice: 'slice', token: 'PERSON' };
}

/** How the engine found the sources, which the plan leaves open. */
export interface SourceFacts {
  readonly optOutMode: 'deny-list' | 'keep-list';
  /** Columns (as the catalogue spells them) that a dataset's source lacks. */
  readonly lacks: (dataset: string) => readonly string[];
}

/** A file's plan as relations, each over the tables that those before it made. */
export interface CompiledFile {
  /** -> Tables.people: `#person` and the demographics asked for, of the slices. */
  readonly people: Relation<'identified'>;
  /** -> Tables.staged: one row a source row of the slices: `#step`, `#who`, the key, and where released the columns. */
  readonly staged: Relation<'identified'>;
  /** -> Tables.tokens: `#person`, `#token` and `#slice` of everybody in the output. */
  readonly tokens: Relation<'identified'>;
  /** Over Tables.staged: rows that have all of these in common stand in one place of the order. */
  readonly place: readonly Expression[];
  /**
   * -> Tables.output: what goes out, in order. Rows that stand in one place need the tie-break, which is dear, for an
   * order that is the same every time.
   */
  output(tieBreak: boolean): Relation<'identified'>;
  /** What goes out, over Tables.output, whose order it keeps. Identified only where the agreement says so. */
  readonly released: Relation<'pseudonymised'> | Relation<'identified'>;
}

/** The relations of one file for a range of slices. Pure. */
export function compileFile(file: FilePlan, slices: SliceRange, facts: SourceFacts): CompiledFile {
  const read = must(stepOf(file.steps, 'read'));
  const resolve = must(stepOf(file.steps, 'resolve'));
  const { columns } = must(stepOf(file.steps, 'minimise'));
  const lacking = facts.lacks(file.dataset);
  const key = keyOf(file.steps).filter((name) => !lacking.includes(name));

  const dealing = dealingOf(file);
  const fromPds = columns.filter(({ of }) => of === 'pds');
  const sensitive = columns.some(({ of, withheld }) => of === 'own' && withheld);
  const people = project(filter(currentPeople(resolve.demographics), inSlices(column('#person'), slices, dealing)), [
    own('#person'),
    ...(sensitive ? [own('#sensitive')] : []),
    ...fromPds.map((each) => ({ name: `#pds ${each.name}`, value: ofRecord(each) })),
  ]);

  const rows = place(
    read.dataset,
    read.columns.filter(({ name }) => !lacking.includes(name)),
    resolve.key,
  );
  const located = filter(rows, inSlices(column('#tree'), slices, dealing));
  let joined: Relation<'identified'> = join('left', located, table(Tables.people), '#p', [
    [column('#candidate'), '#person'],
  ]);
  joined = join('left', joined, table(Tables.optOuts), '#o', [[column('#tree'), '#opted']]);
  if (stepOf(file.steps, 'keep-cohort') !== undefined) {
    joined = join('left', joined, table(Tables.cohort), '#c', [[column('#person'), '#member']]);
  }
  const participants = stepOf(file.steps, 'keep-participants');
  if (participants !== undefined) {
    joined = join('left', joined, table(Tables.participants(participants.cohort)), '#n', [
      [column('#person'), '#participant'],
    ]);
  }
  for (const each of geographyColumns(columns)) {
    joined = join('left', joined, geography(each), `#g ${each.name}`, [
      [each.of === 'own' ? column(read_(each.from)) : column(`#pds ${each.name}`), `#lsoa ${each.name}`],
    ]);
  }
  const rare = rareColumns(file);
  for (const each of rare) {
    joined = join('left', joined, rareCodes(each), `#r ${each.name}`, [
      [codeAsAsked(each, column(read_(each.from))), `#rare ${each.name}`],
    ]);
  }
  // Rows without a person have no token that says where they stand: they go by the slice that they lie in.
  const keeps = resolve.unresolved === 'keep';
  const stepped = project(joined, [
    { name: '#step', value: stepOfRow(file, resolve.unresolved, facts.optOutMode, read.columns, lacking) },
    { name: '#who', value: coalesce(column('#person'), column('#own')) },
    own('#person'),
    ...(keeps ? [{ name: '#home', value: call(dealing.slice, column('#tree')) }] : []),
    ...(sensitive ? [own('#sensitive')] : []),
    ...key.map((name) => own(read_(name))),
    ...ownSources(columns, key, marked(read)).map((name) => own(read_(name))),
    ...fromPds.map(({ name }) => own(`#pds ${name}`)),
    ...columns.filter(({ of }) => of === 'match').map(({ from }) => own(`#match ${from}`)),
    ...geographyColumns(columns).map(({ name, as }) => ({ name: `#geo ${name}`, value: column(`#${as} ${name}`) })),
    ...rare.flatMap(({ name }) => [own(`#rare ${name}`), own(`#given ${name}`)]),
  ]);
  const flagged = compare(column('#step'), '=', integer(RELEASED));
  // A key column that goes out as it is need not be carried twice.
  const keys = key.map((name) => ({
    name,
    out: columns.find((each) => goesOutAsIs(each, name))?.name ?? `#key ${name}`,
  }));
  const carried = keys.filter(({ out }) => out.startsWith('#'));
  const staged = project(stepped, [
    own('#step'),
    own('#who'),
    own('#person'),
    ...(keeps ? [own('#home')] : []),
    ...carried.map(({ name, out }) => ({ name: out, value: choose([[flagged, column(read_(name))]], nothing()) })),
    ...columns.map((each) => ({
      name: each.name,
      value: choose([[flagged, common(each, rare, finished(each, resolve.demographics, read))]], nothing()),
    })),
  ]);

  const released = filter(table(Tables.staged), compare(column('#step'), '=', integer(RELEASED)));
  const everybody = distinct(project(filter(released, not(isNull(column('#person')))), [own('#person')]));
  const tokens =
    participants === undefined
      ? project(everybody, [
          own('#person'),
          { name: '#slice', value: call(dealing.slice, column('#person')) },
          { name: '#token', value: call('token', text(dealing.token), call('nhs_text', column('#person'))) },
        ])
      : project(
          join('left', everybody, table(Tables.participants(participants.cohort)), '#n', [
            [column('#person'), '#participant'],
          ]),
          [
            own('#person'),
            { name: '#slice', value: call(dealing.slice, column('#person')) },
            { name: '#token', value: column('#study') },
          ],
        );

  const holders = project(table(Tables.tokens), [
    { name: '#holder', value: column('#person') },
    own('#slice'),
    own('#token'),
  ]);
  const named: Named[] = columns.map(({ name }) => own(name));
  const unordered = project(join('left', released, holders, '#t', [[column('#person'), '#holder']]), [
    keeps ? { name: '#slice', value: coalesce(column('#slice'), column('#home')) } : own('#slice'),
    own('#token'),
    ...carried.map(({ out }) => own(out)),
    ...named,
  ]);
  const ordering = keys.map(({ out }) => column(out));
  const digest = call('row_digest', ...[column('#token'), ...columns.map(({ name }) => column(name))]);
  const output = table(Tables.output);
  return {
    people,
    staged,
    tokens,
    place: [column('#step'), column('#person'), ...(keeps ? [column('#home')] : []), ...ordering],
    output: (tieBreak) =>
      order(unordered, [column('#slice'), column('#token'), ...ordering, ...(tieBreak ? [digest] : [])]),
    released:
      file.identifiability === 'pseudonymised'
        ? pseudonymised(output, [{ name: TOKEN_COLUMN, value: column('#token') }, ...named])
        : project(output, [
            ...(keyColumnOf(file) === STUDY_COLUMN ? [{ name: STUDY_COLUMN, value: column('#token') }] : []),
            ...named,
          ]),
  };
}

/** The columns that name a row: of a file in their order, or of what is counted. */
function keyOf(steps: readonly Step[]): readonly string[] {
  return must(stepOf(steps, 'order') ?? stepOf(steps, 'tabulate')).key;
}

function goesOutAsIs(each: OutputColumn, name: string): boolean {
  return each.of === 'own' && each.from === name && each.as === undefined && each.token === undefined && !each.withheld;
}

/** The members of a cohort -> Tables.cohort, over all slices. */
export function compileCohort(cohort: CohortPlan, facts: Pick<SourceFacts, 'lacks'>): Relation<'identified'> {
  if (cohort.kind === 'file') {
    const rows = place(COHORT_FILE, [{ name: 'nhs_number', type: 'text' }], 'nhs_number');
    return distinct(
      project(filter(rows, not(isNull(column('#candidate')))), [{ name: '#member', value: column('#candidate') }]),
    );
  }
  const read = must(stepOf(cohort.steps, 'read'));
  const resolve = must(stepOf(cohort.steps, 'resolve'));
  const lacking = facts.lacks(cohort.dataset);
  const rows = place(
    cohort.dataset,
    read.columns.filter(({ name, optional }) => optional !== true || !lacking.includes(name)),
    resolve.key,
  );
  const meets = and(
    not(isNull(column('#candidate'))),
    inPeriods(cohort.steps, read.columns),
    inRows(cohort.steps, read.columns),
    ...unrestricted(cohort.steps, lacking),
  );
  return distinct(project(filter(rows, meets), [{ name: '#member', value: column('#candidate') }]));
}

/** The name under which a cohort file is a source. */
export const COHORT_FILE = '#cohort_file';

/** Rows of a dataset with `#own` (their normalised number), `#tree` (its root) and `#candidate` (the current number). */
export function place(dataset: string, columns: readonly ReadColumn[], key: string): Relation<'identified'> {
  const rows = project(table(Tables.source(dataset)), [
    { name: '#own', value: call('nhs_number', column(key)) },
    ...columns.map(({ name }) => ({ name: read_(name), value: column(name) })),
  ]);
  const resolved = join('left', rows, table(Tables.succession), '#s', [[column('#own'), '#superseded']]);
  return project(resolved, [
    own('#own'),
    { name: '#tree', value: coalesce(column('#root'), column('#own')) },
    { name: '#candidate', value: choose([[isNull(column('#superseded')), column('#own')]], column('#current')) },
    ...columns.map(({ name }) => own(read_(name))),
  ]);
}

/** PDS records that are a person: not superseded and not invalid; with the demographics asked for. */
export function currentPeople(demographics: readonly ReadColumn[]): Relation<'identified'> {
  const confidentiality = call('code', column('confidentiality'));
  const valid = coalesce(compare(confidentiality, '<>', text('I')), truth(true));
  return project(filter(table(Tables.source('pds')), and(isNull(column('replaced_by')), valid)), [
    { name: '#person', value: call('nhs_number', column('nhs_number')) },
    { name: '#sensitive', value: isSensitive(column('confidentiality')) },
    ...demographics.map(({ name }) => own(name)),
  ]);
}

function stepOfRow(
  file: FilePlan,
  unresolved: 'exclude' | 'keep',
  mode: SourceFacts['optOutMode'],
  read: readonly ReadColumn[],
  lacking: readonly string[],
): Expression {
  const optOuts = must(stepOf(file.steps, 'remove-opt-outs')).policy;
  const listed = not(isNull(column('#opted')));
  const when: [Expression, Expression][] = [];
  const leaves = (condition: Expression, step: (typeof WATERFALL)[number]): void => {
    when.push([condition, integer(WATERFALL.indexOf(step))]);
  };
  if (unresolved === 'exclude') leaves(isNull(column('#person')), 'unresolved');
  const participants = stepOf(file.steps, 'keep-participants');
  if (optOuts.apply) {
    const opted = mode === 'deny-list' ? listed : not(listed);
    const exempt = participants !== undefined && participants.exempt.length > 0;
    leaves(exempt ? and(opted, not(coalesce(column('#exempt'), truth(false)))) : opted, 'opted out');
  }
  if (stepOf(file.steps, 'keep-cohort') !== undefined) leaves(isNull(column('#member')), 'outside the cohort');
  if (participants !== undefined) leaves(isNull(column('#participant')), 'outside the cohort');
  const periods = and(inPeriods(file.steps, read), inStay(file.steps, read));
  if (file.steps.some(({ kind }) => kind === 'select-period' || kind === 'select-stay'))
    leaves(not(periods), 'outside the period');
  if (stepsOf(file.steps, 'select-rows').length > 0) leaves(not(inRows(file.steps, read)), 'outside the conditions');
  if (stepOf(file.steps, 'withhold-restricted') !== undefined)
    leaves(hasRestricted(file.steps, lacking), 'legally restricted');
  return when.length === 0 ? integer(RELEASED) : choose(when, integer(RELEASED));
}

function geographyColumns(columns: readonly OutputColumn[]): OutputColumn[] {
  return columns.filter(isGeography);
}

/** Columns of the output whose codes may be of few people. */
function rareColumns({ steps }: FilePlan): OutputColumn[] {
  const names = stepOf(steps, 'coarsen-rare-codes')?.columns ?? [];
  return must(stepOf(steps, 'minimise')).columns.filter(({ name }) => names.includes(name));
}

/** The codes of few people in the form that a column has, each with what goes out instead. */
function rareCodes(each: OutputColumn): Relation<'identified'> {
  return project(table(Tables.rareCodes(must(codeSystem(each)), codeForm(each))), [
    { name: `#rare ${each.name}`, value: column('code') },
    { name: `#given ${each.name}`, value: column('given') },
  ]);
}

/** The value of a column, unless it is a code of few people. */
function common(each: OutputColumn, rare: readonly OutputColumn[], value: Expression): Expression {
  if (!rare.includes(each)) return value;
  return choose([[not(isNull(column(`#rare ${each.name}`))), column(`#given ${each.name}`)]], value);
}

export type CodeForm = 'as it is' | '3_characters' | 'chapter';

export function codeForm({ as }: Pick<OutputColumn, 'as'>): CodeForm {
  return as === '3_characters' || as === 'chapter' ? as : 'as it is';
}

export function codeSystem({ concept }: Pick<OutputColumn, 'concept'>): 'icd10' | 'opcs4' | undefined {
  return concept === 'icd10' || concept === 'opcs4' ? concept : undefined;
}

/** A code in one spelling and in the form that a column has. */
function codeAsAsked(each: OutputColumn, value: Expression): Expression {
  return codeIn(codeForm(each), must(codeSystem(each)), call('bare_code', value));
}

/** A code, in the spelling of `bare_code`, in a form. */
export function codeIn(form: CodeForm, system: 'icd10' | 'opcs4', code: Expression): Expression {
  switch (form) {
    case 'as it is':
      return code;
    case '3_characters':
      return call('three_characters', code);
    case 'chapter':
      return call(system === 'icd10' ? 'icd10_chapter' : 'opcs4_chapter', code);
  }
}

function geography(each: OutputColumn): Relation<'identified'> {
  return project(table(Tables.geography), [
    { name: `#lsoa ${each.name}`, value: column('lsoa') },
    { name: `#${each.as} ${each.name}`, value: column(must(each.as)) },
  ]);
}

/** The columns of the row that the output is made of, each once, without those that are there as keys. */
function ownSources(columns: readonly OutputColumn[], key: readonly string[], more: readonly string[]): string[] {
  const names = columns.flatMap((each) => [
    ...(each.of === 'own' && !isGeography(each) ? [each.from] : []),
    ...(each.at === undefined ? [] : [each.at]),
  ]);
  return [...new Set([...names, ...more])].filter((name) => !key.includes(name));
}

function own(name: string): Named {
  return { name, value: column(name) };
}

function inSlices(number_: Expression, { from, to }: SliceRange, dealing: Dealing): Expression {
  if (from === ALL_SLICES.from && to === ALL_SLICES.to) return truth(true);
  const slice = call(dealing.slice, number_);
  return and(compare(slice, '>=', integer(from)), compare(slice, '<', integer(to)));
}
