import fc from 'fast-check';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import type { SourceRecord, SourceTable } from '../oracle/oracle-inputs.ts';
import { arbitraryDocuments, type Documents } from './arbitrary-documents.ts';
import { arbitraryPds } from './arbitrary-people.ts';
import { arbitraryRows, datasetOf, ROW_COLUMNS } from './arbitrary-rows.ts';
import { anyNumber, NO_NUMBERS, NUMBERS, STRANGERS, spelt } from './numbers.ts';
import type { ListLayout, SourceLayout, World } from './world.ts';

export const arbitraryLayout: fc.Arbitrary<SourceLayout> = fc.record({
  format: fc.constantFrom('csv', 'csv', 'parquet', 'arrow'),
  delimiter: fc.constantFrom(',', '|', ';', '\t'),
  lineEnd: fc.constantFrom('\n', '\n', '\r\n'),
  byteOrderMark: fc.boolean(),
  lowerCase: fc.boolean(),
  renamed: fc.boolean(),
  typed: fc.boolean(),
  files: fc.constantFrom(1, 2),
});

const listLayout: fc.Arbitrary<ListLayout> = fc.record({
  format: fc.constantFrom('text', 'text', 'text', 'parquet'),
  commas: fc.boolean(),
  header: fc.boolean(),
  lineEnd: fc.constantFrom('\n', '\r\n'),
});

/** A number of nobody, so that no list is empty. */
const FILLER = '8888888888';

const denied = fc.record({
  mode: fc.constant('deny-list' as const),
  numbers: fc.array(anyNumber, { maxLength: 4 }),
  request: fc.constant(undefined),
});

/** Most are kept, so that trees of several numbers have them all now and then. */
const kept = fc
  .record({
    mode: fc.constant('keep-list' as const),
    refused: fc.array(anyNumber, { maxLength: 4 }),
    asked: fc.option(fc.array(anyNumber, { maxLength: 4 }), { nil: undefined }),
  })
  .map(({ mode, refused, asked }) => {
    const numbers = [...NUMBERS, ...STRANGERS].filter((number) => !refused.includes(number));
    // What is kept was asked about, as the gate wants it.
    return { mode, numbers, request: asked === undefined ? undefined : [...numbers, ...asked] };
  });

/** Any list that is whole. */
export const arbitraryOptOuts: fc.Arbitrary<World['optOuts']> = fc
  .tuple(fc.oneof({ weight: 2, arbitrary: denied }, { weight: 1, arbitrary: kept }), listLayout)
  .map(([{ mode, numbers, request }, layout]) => ({
    mode,
    numbers: [FILLER, ...numbers],
    request: request === undefined ? undefined : [FILLER, ...request],
    layout,
  }));

const geography: fc.Arbitrary<SourceRecord[]> = fc.array(
  fc.record({
    lsoa: fc.constantFrom('E01000001', 'E01000002', 'E01000003', null),
    msoa: fc.constantFrom('E02000001', 'E02000002', null),
    local_authority: fc.constantFrom('E08000001', null),
    region: fc.constantFrom('E12000001', 'E12000002'),
  }),
  { maxLength: 5 },
);

const cohortFile: fc.Arbitrary<(string | null)[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: spelt(anyNumber) as fc.Arbitrary<string | null> },
    { weight: 1, arbitrary: fc.constantFrom(null, ...NO_NUMBERS) },
  ),
  { maxLength: 8 },
);

/** A world of every kind that the gate grants, mostly: see the parts. */
export function arbitraryWorld(catalogue: Catalogue, rows = 40): fc.Arbitrary<World> {
  const source = (table: fc.Arbitrary<SourceTable>) => fc.record({ table, layout: arbitraryLayout });
  return fc
    .record({
      pds: source(arbitraryPds(datasetOf(catalogue, 'pds'))),
      hes_apc: source(arbitraryRows(datasetOf(catalogue, 'hes_apc'), ROW_COLUMNS.hes_apc, rows)),
      deaths: source(arbitraryRows(datasetOf(catalogue, 'deaths'), ROW_COLUMNS.deaths, rows)),
      lacksKey: fc.boolean(),
      optOuts: arbitraryOptOuts,
      cohortFile,
      geography,
      documents: arbitraryDocuments(catalogue),
    })
    .map(({ pds, hes_apc, deaths, lacksKey, optOuts, cohortFile, geography, documents }): World => {
      const apc =
        lacksKey && !names(documents, 'EPIKEY') ? { ...hes_apc, table: without(hes_apc.table, 'EPIKEY') } : hes_apc;
      return {
        sources: new Map([
          ['pds', pds],
          ['hes_apc', apc],
          ['deaths', deaths],
        ]),
        optOuts,
        cohortFile,
        geography,
        ...documents,
      };
    });
}

function names({ agreement, pipeline }: Documents, column: string): boolean {
  const limits = (agreement['datasets'] as { where?: unknown }[]).map(({ where }) => where);
  return JSON.stringify([pipeline, limits]).includes(column);
}

function without({ columns, records }: SourceTable, column: string): SourceTable {
  return {
    columns: columns.filter((name) => name !== column),
    records: records.map(({ [column]: _, ...rest }) => rest),
  };
}
