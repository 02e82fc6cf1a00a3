import fc from 'fast-check';
import type { Dataset } from '../../src/catalogue/dataset.ts';
import type { SourceRecord, SourceTable } from '../oracle/oracle-inputs.ts';
import { valueIn } from './arbitrary-values.ts';
import { NO_NUMBERS, NUMBERS, STRANGERS, spelt } from './numbers.ts';

/** Columns of PDS that worlds have; others of the catalogue are not in the source. */
export const PDS_COLUMNS = [
  'nhs_number',
  'replaced_by',
  'confidentiality',
  'family_name',
  'given_name',
  'date_of_birth',
  'gender',
  'address_line_1',
  'postcode',
  'gp_practice_code',
  'email',
  'date_of_death',
  'death_status',
  'removal_date',
] as const;

const KEYS: readonly string[] = ['nhs_number', 'replaced_by', 'confidentiality'];

const confidentiality = fc.oneof(
  { weight: 9, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: fc.constantFrom('S', 'Y') },
  { weight: 1, arbitrary: fc.constantFrom('I', ' i ') },
  { weight: 1, arbitrary: fc.constantFrom('U', 's', ' ', 'R', '') },
);

/** Which number supersedes the one at `index`: most none, some the next one, so that chains grow, some any, itself too. */
function successor(index: number): fc.Arbitrary<string | null> {
  return fc.oneof(
    { weight: 16, arbitrary: fc.constantFrom(null, '') },
    { weight: 5, arbitrary: spelt(fc.constant(NUMBERS[(index + 1) % NUMBERS.length] ?? '')) },
    { weight: 3, arbitrary: spelt(fc.constantFrom(...NUMBERS)) },
    { weight: 1, arbitrary: spelt(fc.constantFrom(...STRANGERS)) },
    { weight: 1, arbitrary: fc.constantFrom(...NO_NUMBERS) },
  );
}

/** PDS: a record or none for each number, in any order, with whatever succession comes of it. */
export function arbitraryPds(pds: Dataset): fc.Arbitrary<SourceTable> {
  const demographics = Object.fromEntries(
    pds.columns
      .filter(({ name }) => (PDS_COLUMNS as readonly string[]).includes(name) && !KEYS.includes(name))
      .map((column) => [column.name, valueIn(pds, column)]),
  );
  const record = (number: fc.Arbitrary<string>, index: number): fc.Arbitrary<SourceRecord> =>
    fc.record({ nhs_number: number, replaced_by: successor(index), confidentiality, ...demographics });
  const known = NUMBERS.map((number, index) =>
    fc.option(record(spelt(fc.constant(number)), index), { nil: undefined, freq: 12 }),
  );
  const unusable = fc.option(record(fc.constantFrom(...NO_NUMBERS, ''), 0), { nil: undefined, freq: 1 });
  return fc
    .tuple(fc.tuple(...known), unusable)
    .chain(([records, odd]) => {
      const present = [...records, odd].filter((each) => each !== undefined);
      return fc.shuffledSubarray(present, { minLength: present.length });
    })
    .map((records) => ({ columns: PDS_COLUMNS, records }));
}
