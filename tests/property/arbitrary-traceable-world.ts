import fc from 'fast-check';
import type { SourceTable } from '../oracle/oracle-inputs.ts';
import { agreementTree, pipelineTree, type Tree } from '../support/make-workspace.ts';
import { arbitraryTrees } from './arbitrary-trees.ts';
import { arbitraryLayout } from './arbitrary-world.ts';
import { spelt } from './numbers.ts';
import type { World } from './world.ts';

const SEXES = ['1', '2', '9'] as const;
const DAYS = ['2018-06-01', '2019-04-01', '2022-02-02', '2026-03-31', '2026-04-01', '1801-01-01'] as const;

interface Rows {
  readonly number: string | null;
  readonly sex: string;
  readonly day: string;
}

/**
 * Worlds in which every row can be told from every other, in what comes out of them too: each has a name of its own in a
 * column that is always released. People have any succession, rows any number of any tree, in two data sets.
 */
export const arbitraryTraceableWorld: fc.Arbitrary<World> = arbitraryTrees.chain(({ records, numbers }) => {
  const number = fc.constantFrom(...numbers);
  const row: fc.Arbitrary<Rows> = fc.record({
    number: fc.oneof({ weight: 20, arbitrary: spelt(number) }, { weight: 1, arbitrary: fc.constantFrom(null, '123') }),
    sex: fc.constantFrom(...SEXES),
    day: fc.oneof(
      { weight: 3, arbitrary: fc.constant('2022-02-02') },
      { weight: 2, arbitrary: fc.constantFrom(...DAYS) },
    ),
  });
  const rows = fc.array(row, { maxLength: 60, size: 'max' });
  const some = fc.array(number, { maxLength: 5 });
  return fc
    .record({
      hes_apc: rows,
      deaths: rows,
      list: fc.oneof(
        fc.record({ mode: fc.constant('deny-list' as const), numbers: some, request: fc.constant(undefined) }),
        fc.record({ mode: fc.constant('keep-list' as const), refused: some, asked: fc.option(some) }).map((list) => {
          const kept = numbers.filter((each) => !list.refused.includes(each));
          return {
            mode: list.mode,
            numbers: kept,
            request: list.asked === null ? undefined : [...kept, ...list.asked],
          };
        }),
      ),
      layout: arbitraryLayout,
      unresolved: fc.constantFrom('exclude', 'keep'),
      identifiability: fc.constantFrom('pseudonymised', 'identifiable'),
      format: fc.constantFrom('csv', 'parquet', 'arrow'),
      period: fc.constantFrom({ from: '2019-04-01', to: '2026-03-31' }, { from: '1700-01-01', to: '2022-02-02' }),
      sexes: fc.subarray([...SEXES], { minLength: 1 }),
      asked: fc.constantFrom<Tree>(
        {},
        { where: { SEX: { is_null: false } } },
        { where: { SEX: { not_in: ['7'] } }, period: { from: '2019-04-01', to: '2022-02-02' } },
      ),
    })
    .map(({ hes_apc, deaths, list, layout, unresolved, identifiability, format, period, sexes, asked }): World => {
      const grant = { unresolved, identifiability, period };
      const agreement = agreementTree('0'.repeat(40));
      agreement['approvals'] = [
        ...['hes_apc', 'deaths'].map((dataset) => ({ body: 'IAO', dataset, outcome: 'approved', on: '2024-11-01' })),
        { body: 'IGARD', outcome: 'recommended', on: '2024-11-14' },
        { body: 'CAG', reference: '20/CAG/0001', outcome: 'supported', review_by: '2027-01-01' },
      ];
      agreement['datasets'] = [
        grantTree('hes_apc', ['EPIKEY', 'SEX'], { ...grant, where: { SEX: { in: sexes } } }),
        grantTree('deaths', ['POD_CODE', 'DEC_SEX'], { ...grant, where: { DEC_SEX: { in: sexes } } }),
      ];
      const pipeline = pipelineTree();
      pipeline['products'] = [
        { name: 'apc', product: 'extract', dataset: 'hes_apc', fields: ['EPIKEY'], format, ...asked },
        {
          name: 'both',
          product: 'linked',
          format: 'csv',
          datasets: [
            { dataset: 'hes_apc', fields: ['SEX', { name: 'ROW', from: 'EPIKEY' }] },
            { dataset: 'deaths', fields: ['POD_CODE'] },
          ],
        },
      ];
      return {
        sources: new Map([
          ['pds', { table: { columns: ['nhs_number', 'replaced_by', 'confidentiality'], records }, layout }],
          ['hes_apc', { table: tableOf(hes_apc, ['NEWNHSNO', 'EPIKEY', 'SEX', 'EPIEND']), layout }],
          ['deaths', { table: tableOf(deaths, ['NHS_NUMBER', 'POD_CODE', 'DEC_SEX', 'REG_DATE']), layout }],
        ]),
        // The number of nobody keeps the list from being empty.
        optOuts: { ...withFiller(list), layout: { format: 'text', commas: false, header: false, lineEnd: '\n' } },
        cohortFile: undefined,
        geography: [],
        agreement,
        pipeline,
      };
    });
});

function grantTree(dataset: string, fields: readonly string[], more: Tree): Tree {
  return {
    dataset,
    products: ['extract', 'linked'],
    legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
    common_law_duty: 'section-251',
    frequency: 'quarterly',
    fields,
    ...more,
  };
}

/** Columns in the order number, trace, sex, day; traces are `row 0`, `row 1` … */
function tableOf(rows: readonly Rows[], columns: readonly [string, string, string, string]): SourceTable {
  const [number, trace, sex, day] = columns;
  return {
    columns,
    records: rows.map((row, index) => ({
      [number]: row.number,
      [trace]: `row ${index}`,
      [sex]: row.sex,
      [day]: row.day,
    })),
  };
}

function withFiller<T extends { numbers: readonly string[]; request: readonly string[] | undefined }>(list: T): T {
  const filler = '8888888888';
  return {
    ...list,
    numbers: [filler, ...list.numbers],
    request: list.request === undefined ? undefined : [filler, ...list.request],
  };
}
