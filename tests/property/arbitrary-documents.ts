import fc from 'fast-check';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { type Dataset, findColumn } from '../../src/catalogue/dataset.ts';
import { derivationsOf, needsEventDate } from '../../src/catalogue/derivation.ts';
import { agreementTree, pipelineTree, type Tree } from '../support/make-workspace.ts';
import { PDS_COLUMNS } from './arbitrary-people.ts';
import { datasetOf, ROW_COLUMNS } from './arbitrary-rows.ts';
import { arbitraryWhere } from './arbitrary-where.ts';

export interface Documents {
  readonly agreement: Tree;
  readonly pipeline: Tree;
}

const DATASETS = ['hes_apc', 'deaths', 'pds'] as const;
type Name = (typeof DATASETS)[number];

/** What becomes of one column: granted in some detail or not at all, asked for in that detail or less. */
interface Choice {
  readonly column: string;
  readonly granted: boolean;
  readonly asked: boolean;
  /** Places in the chain of derivations, from the column itself. */
  readonly grantedAt: number;
  readonly askedAt: number;
  readonly renamed: boolean;
  readonly at: boolean;
}

/** One time in four. */
function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

interface Period {
  readonly from: string;
  readonly to: string;
}

const GRANTED_PERIODS: readonly Period[] = [
  { from: '2019-04-01', to: '2026-03-31' },
  { from: '1700-01-01', to: '2026-12-31' },
  { from: '2024-05-01', to: '2024-05-01' },
];
const ASKED_PERIODS: readonly (Period | undefined)[] = [
  undefined,
  undefined,
  { from: '2019-04-01', to: '2024-05-01' },
  { from: '1801-01-01', to: '2026-04-01' },
  { from: '2024-02-29', to: '2024-12-31' },
];

function choices(dataset: Dataset, names: readonly string[]): fc.Arbitrary<Choice[]> {
  return fc.tuple(
    ...names.map((column) => {
      const chain = derivationsOf(findColumn(dataset, column)?.concept).length;
      return fc.record({
        column: fc.constant(column),
        granted: fc.boolean(),
        asked: fc.boolean(),
        grantedAt: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(chain) }),
        askedAt: fc.nat(chain),
        renamed: fc.boolean(),
        at: fc.boolean(),
      });
    }),
  );
}

interface DatasetChoices {
  readonly columns: Choice[];
  readonly period: Period;
  readonly where: Tree | undefined;
  readonly optOuts: unknown;
  readonly unresolved: string;
}

function datasetChoices(dataset: Dataset, names: readonly string[]): fc.Arbitrary<DatasetChoices> {
  return fc.record({
    columns: choices(dataset, names),
    period: fc.oneof(
      ...GRANTED_PERIODS.map((period, index) => ({ weight: [5, 3, 1][index] ?? 1, arbitrary: fc.constant(period) })),
    ),
    where: seldom(arbitraryWhere(dataset, plainColumns(dataset, names))),
    optOuts: fc.oneof(
      { weight: 4, arbitrary: fc.constant('apply') },
      { weight: 1, arbitrary: fc.constant({ exempt: 'consent', because: 'everybody consented' }) },
    ),
    unresolved: fc.constantFrom('exclude', 'exclude', 'keep'),
  });
}

interface SelectionChoices {
  readonly dataset: Name;
  readonly period: Period | undefined;
  readonly where: Tree | undefined;
  /** Columns of the dataset and of PDS that are asked for; those not granted are passed over. */
  readonly own: Choice[];
  readonly demographics: Choice[];
}

/** An agreement and a pipeline under it, as trees: what is asked is granted, mostly. */
export function arbitraryDocuments(catalogue: Catalogue): fc.Arbitrary<Documents> {
  const named = (name: Name): Dataset => datasetOf(catalogue, name);
  const columnsOf = (name: Name): readonly string[] => (name === 'pds' ? PDS_COLUMNS : ROW_COLUMNS[name]);
  const selection = (name: Name): fc.Arbitrary<SelectionChoices> =>
    fc.record({
      dataset: fc.constant(name),
      period: fc.constantFrom(...ASKED_PERIODS),
      where: seldom(arbitraryWhere(named(name), plainColumns(named(name), columnsOf(name)))),
      own: choices(named(name), columnsOf(name)),
      demographics: choices(named('pds'), PDS_COLUMNS),
    });
  const output = fc.record({
    format: fc.constantFrom('csv', 'csv', 'csv', 'parquet', 'arrow'),
    compression: fc.constantFrom('none', 'gzip', undefined),
    selections: fc.oneof(
      { weight: 4, arbitrary: selection('hes_apc').map((one) => [one]) },
      { weight: 2, arbitrary: selection('deaths').map((one) => [one]) },
      { weight: 1, arbitrary: selection('pds').map((one) => [one]) },
      { weight: 2, arbitrary: fc.tuple(selection('hes_apc'), selection('deaths')).map((both) => [...both]) },
    ),
  });
  return fc
    .record({
      hes_apc: datasetChoices(named('hes_apc'), columnsOf('hes_apc')),
      deaths: datasetChoices(named('deaths'), columnsOf('deaths')),
      pds: datasetChoices(named('pds'), columnsOf('pds')),
      cohort: fc.oneof(
        { weight: 8, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: selection('hes_apc') },
        { weight: 1, arbitrary: selection('pds') },
        { weight: 1, arbitrary: fc.constant('file' as const) },
      ),
      products: fc.array(output, { minLength: 1, maxLength: 2 }),
      // One for all: identifiable and pseudonymised data may not go out in one release.
      granted: fc.constantFrom('pseudonymised', 'pseudonymised', 'identifiable'),
      less: fc.boolean(),
    })
    .map(({ cohort, products, granted, less, ...grants }): Documents => {
      const asked = products.flatMap(({ selections }) => selections);
      const cohorts = cohort === undefined || cohort === 'file' ? [] : [cohort];
      const select = (one: SelectionChoices): Tree => ({
        dataset: one.dataset,
        ...(named(one.dataset).date === undefined ? {} : within(one.period, grants[one.dataset].period)),
        ...(one.where === undefined ? {} : { where: one.where }),
      });
      const fields = (one: SelectionChoices): unknown[] => {
        const own = askedFields(
          named(one.dataset),
          one.own,
          grants[one.dataset].columns,
          one.dataset === 'pds' ? 'P' : '',
        );
        const joined =
          one.dataset === 'pds' ? [] : askedFields(named('pds'), one.demographics, grants.pds.columns, 'D');
        const all = [...own, ...joined];
        return all.length > 0 ? all : [fallbackField(one.dataset)];
      };
      const agreement = agreementTree('0'.repeat(40));
      agreement['approvals'] = [
        ...DATASETS.map((dataset) => ({ body: 'IAO', dataset, outcome: 'approved', on: '2024-11-01' })),
        { body: 'IGARD', outcome: 'recommended', on: '2024-11-14' },
        { body: 'CAG', reference: '20/CAG/0001', outcome: 'supported', review_by: '2027-01-01' },
      ];
      const joins = asked.some((one) => one.dataset !== 'pds' && fields(one).some(isJoined));
      agreement['datasets'] = DATASETS.map((name) => ({
        ...grantTree(
          named(name),
          // A join gives of everybody, so that the rows of PDS may not be limited.
          name === 'pds' && joins ? { ...grants.pds, where: undefined } : grants[name],
          [...asked, ...cohorts].filter(({ dataset }) => dataset === name),
        ),
        identifiability: granted,
      }));
      const pipeline = pipelineTree();
      if (cohort === 'file') pipeline['cohort'] = { file: 'cohort.csv' };
      else if (cohort !== undefined) pipeline['cohort'] = select(cohort);
      pipeline['products'] = products.map(({ format, compression, selections }, index) => {
        const [only, ...others] = selections.map((one) => ({ ...select(one), fields: fields(one) }));
        return {
          name: `product-${index}`,
          format,
          ...(format !== 'csv' || compression === undefined ? {} : { compression }),
          ...(less ? { identifiability: 'pseudonymised' } : {}),
          ...(others.length === 0
            ? { product: 'extract', ...only }
            : { product: 'linked', datasets: [only, ...others] }),
        };
      });
      return { agreement, pipeline };
    });
}

function isJoined(field: unknown): boolean {
  return /^pds\./.test(typeof field === 'string' ? field : String((field as Tree)['from']));
}

function grantTree(dataset: Dataset, grant: DatasetChoices, asked: readonly SelectionChoices[]): Tree {
  // Rows may be chosen only by what is granted whole.
  const chosenBy = asked.flatMap(({ where }) => columnsIn(where, dataset));
  const fields = [
    ...new Set([fallbackField(dataset.dataset), ...eventColumn(dataset), ...chosenBy]),
    ...grant.columns.filter(({ granted }) => granted).map(({ column, grantedAt }) => field(dataset, column, grantedAt)),
  ];
  return {
    dataset: dataset.dataset,
    products: ['extract', 'linked'],
    legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
    common_law_duty: 'section-251',
    frequency: 'quarterly',
    ...(dataset.date === undefined ? {} : { period: grant.period }),
    ...(grant.where === undefined ? {} : { where: grant.where }),
    fields,
    opt_outs: grant.optOuts,
    unresolved: grant.unresolved,
  };
}

function field(dataset: Dataset, column: string, at: number): unknown {
  const as = derivationsOf(findColumn(dataset, column)?.concept)[at - 1];
  return as === undefined ? column : { from: column, as };
}

/** The choices that are granted, as fields of a pipeline. `prefix`: D for demographics joined on. */
function askedFields(
  dataset: Dataset,
  asked: readonly Choice[],
  granted: readonly Choice[],
  prefix: string,
): unknown[] {
  return asked.flatMap((choice, index): unknown[] => {
    const grant = granted[index];
    if (!choice.asked || grant === undefined || !grant.granted) return [];
    const chain = derivationsOf(findColumn(dataset, choice.column)?.concept);
    const as = chain[Math.max(choice.askedAt, grant.grantedAt) - 1];
    const from = prefix === 'D' ? `pds.${choice.column}` : choice.column;
    if (as === undefined && !choice.renamed) return [from];
    // PDS has no date of its own, so that an age needs one named.
    const [at] = prefix === 'P' || (prefix === '' && choice.at) ? eventColumn(dataset) : [];
    return [
      {
        ...(choice.renamed ? { name: `${prefix}COLUMN_${index}` } : {}),
        from,
        ...(as === undefined ? {} : { as }),
        ...(needsEventDate(as) && at !== undefined ? { at } : {}),
      },
    ];
  });
}

/** The column whose day ages are taken at, where that is not the dataset's own date. */
function eventColumn({ dataset }: Dataset): string[] {
  return { hes_apc: ['ADMIDATE'], pds: ['removal_date'] }[dataset] ?? [];
}

function fallbackField(dataset: string): string {
  return { hes_apc: 'SEX', deaths: 'POD_CODE', pds: 'gender' }[dataset] ?? '';
}

/** Columns that rows may be chosen by: no identifiers. */
function plainColumns(dataset: Dataset, names: readonly string[]): string[] {
  return names.filter((name) => findColumn(dataset, name)?.class !== 'identifier');
}

function columnsIn(where: unknown, dataset: Dataset): string[] {
  if (where === null || typeof where !== 'object') return [];
  return Object.entries(where).flatMap(([key, value]) => [
    ...(findColumn(dataset, key) === undefined ? [] : [key]),
    ...columnsIn(value, dataset),
  ]);
}

/** What is asked of a period, cut to what is granted; nothing where no day is left. */
function within(asked: Period | undefined, granted: Period): { period?: Period } {
  if (asked === undefined) return {};
  const [from = granted.from] = [asked.from, granted.from].sort().reverse();
  const [to = granted.to] = [asked.to, granted.to].sort();
  return from <= to ? { period: { from, to } } : {};
}
