import fc from 'fast-check';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { SourceRecord, SourceTable } from '../oracle/oracle-inputs.ts';
import { agreementTree, pipelineTree } from '../support/make-workspace.ts';
import { arbitraryPds, PDS_COLUMNS } from './arbitrary-people.ts';
import { arbitraryRows, datasetOf, ROW_COLUMNS } from './arbitrary-rows.ts';
import { arbitraryLayout } from './arbitrary-world.ts';
import type { World } from './world.ts';

/** Stands in every name, address and local identifier of these worlds, and nowhere else. */
export const PERSONAL = 'QZPERSONAL';

/** The columns with which somebody can be named. */
export const PERSONAL_COLUMNS = {
  pds: [
    'nhs_number',
    'replaced_by',
    'family_name',
    'given_name',
    'date_of_birth',
    'address_line_1',
    'postcode',
    'email',
  ],
  hes_apc: ['NEWNHSNO', 'DOB', 'HOMEADD', 'LOPATID', 'MOTDOB'],
  deaths: ['NHS_NUMBER', 'LEDRID', 'PCDR'],
} as const;

/** Columns of numbers and dates keep what worlds have in them; the airlock can tell these apart. */
const AS_THEY_ARE = ['nhs_number', 'replaced_by', 'date_of_birth', 'NEWNHSNO', 'DOB', 'MOTDOB', 'NHS_NUMBER'];
const POSTCODES = ['postcode', 'HOMEADD', 'PCDR'];

/** Worlds that release, pseudonymised, every column that there is: of the rows and of the people. */
export function arbitraryPersonalWorld(catalogue: Catalogue): fc.Arbitrary<World> {
  const rows = (name: 'hes_apc' | 'deaths'): fc.Arbitrary<SourceTable> =>
    arbitraryRows(datasetOf(catalogue, name), ROW_COLUMNS[name], 40).map((table) =>
      personal(table, PERSONAL_COLUMNS[name]),
    );
  return fc
    .record({
      pds: arbitraryPds(datasetOf(catalogue, 'pds')).map((table) => personal(table, PERSONAL_COLUMNS.pds)),
      hes_apc: rows('hes_apc'),
      deaths: rows('deaths'),
      layout: arbitraryLayout,
      format: fc.constantFrom('csv', 'parquet', 'arrow'),
    })
    .map(({ pds, hes_apc, deaths, layout, format }): World => {
      const agreement = agreementTree('0'.repeat(40));
      agreement['approvals'] = [
        ...['hes_apc', 'deaths', 'pds'].map((dataset) => ({
          body: 'IAO',
          dataset,
          outcome: 'approved',
          on: '2024-11-01',
        })),
        { body: 'IGARD', outcome: 'recommended', on: '2024-11-14' },
        { body: 'CAG', reference: '20/CAG/0001', outcome: 'supported', review_by: '2027-01-01' },
      ];
      const terms = {
        products: ['extract', 'linked'],
        identifiability: 'pseudonymised',
        legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
        common_law_duty: 'section-251',
        frequency: 'quarterly',
      };
      const period = { from: '1700-01-01', to: '2026-12-31' };
      agreement['datasets'] = [
        { ...terms, dataset: 'hes_apc', fields: ROW_COLUMNS.hes_apc, period },
        { ...terms, dataset: 'deaths', fields: ROW_COLUMNS.deaths, period },
        { ...terms, dataset: 'pds', fields: PDS_COLUMNS },
      ];
      const joined = PDS_COLUMNS.map((name) => `pds.${name}`);
      const pipeline = pipelineTree();
      pipeline['products'] = [
        { name: 'people', product: 'extract', dataset: 'pds', fields: PDS_COLUMNS, format },
        {
          name: 'all',
          product: 'linked',
          format,
          datasets: [
            { dataset: 'hes_apc', fields: [...ROW_COLUMNS.hes_apc, ...joined] },
            { dataset: 'deaths', fields: [...ROW_COLUMNS.deaths, ...joined] },
          ],
        },
      ];
      return {
        sources: new Map([
          ['pds', { table: pds, layout }],
          ['hes_apc', { table: hes_apc, layout }],
          ['deaths', { table: deaths, layout }],
        ]),
        optOuts: {
          mode: 'deny-list',
          numbers: ['8888888888'],
          request: undefined,
          layout: { format: 'text', commas: false, header: false, lineEnd: '\n' },
        },
        cohortFile: undefined,
        geography: [],
        agreement,
        pipeline,
      };
    });
}

/** The table with what can only be somebody's in the columns that name people. */
function personal({ columns, records }: SourceTable, named: readonly string[]): SourceTable {
  const filled = records.map((record, index): SourceRecord => {
    const own = named
      .filter((name) => !AS_THEY_ARE.includes(name))
      .map((name) => [name, POSTCODES.includes(name) ? `ZQ${(index % 9) + 1} 4AP` : `${PERSONAL} ${name} ${index}`]);
    return { ...record, ...Object.fromEntries(own) };
  });
  return { columns, records: filled };
}
