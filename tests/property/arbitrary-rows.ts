import fc from 'fast-check';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { type Dataset, findColumn } from '../../src/catalogue/dataset.ts';
import type { SourceRecord, SourceTable } from '../oracle/oracle-inputs.ts';
import { valueIn } from './arbitrary-values.ts';
import { NO_NUMBERS, NUMBERS, STRANGERS, spelt } from './numbers.ts';

/** Datasets of worlds and the columns that their sources have, of every type and meaning that a step knows. */
export const ROW_COLUMNS = {
  hes_apc: [
    'NEWNHSNO',
    'DOB',
    'HOMEADD',
    'LOPATID',
    'MOTDOB',
    'EPIKEY',
    'RANK_ORDER',
    'SENDER',
    'STARTAGE_CALC',
    'MYDOB',
    'SEX',
    'LSOA11',
    'GPPRAC',
    'ADMIDATE',
    'EPIEND',
    'DIAG_4_01',
    'OPERTN_4_01',
  ],
  deaths: [
    'NHS_NUMBER',
    'LEDRID',
    'PCDR',
    'REG_DATE',
    'REG_DATE_OF_DEATH',
    'DEC_AGEC',
    'POD_CODE',
    'GP_PRACTICE_CODE',
    'LSOA_OF_RESIDENCE_CODE',
    'S_UNDERLYING_COD_ICD10',
  ],
} as const;

const number: fc.Arbitrary<string | null> = fc.oneof(
  { weight: 20, arbitrary: spelt(fc.constantFrom(...NUMBERS)) },
  { weight: 2, arbitrary: spelt(fc.constantFrom(...STRANGERS)) },
  { weight: 2, arbitrary: fc.constantFrom(...NO_NUMBERS) },
  { weight: 1, arbitrary: fc.constantFrom(null, '') },
);

/** A source of a dataset with these columns; now and then one that lacks columns of the key. */
export function arbitraryRows(dataset: Dataset, names: readonly string[], maximum: number): fc.Arbitrary<SourceTable> {
  const values = Object.fromEntries(
    names.map((name) => {
      const column = findColumn(dataset, name);
      if (column === undefined) throw new Error(`the catalogue has no ${name}`);
      return [name, name === dataset.person_key ? number : valueIn(dataset, column)];
    }),
  ) as Record<string, fc.Arbitrary<string | null>>;
  return fc
    .array(fc.record(values) as fc.Arbitrary<SourceRecord>, { maxLength: maximum, size: 'max' })
    .map((records) => ({ columns: names, records }));
}

export function datasetOf(catalogue: Catalogue, name: string): Dataset {
  const dataset = catalogue.get(name);
  if (dataset === undefined) throw new Error(`the catalogue has no ${name}`);
  return dataset;
}
