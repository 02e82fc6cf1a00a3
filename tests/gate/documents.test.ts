import { describe, expect, test } from 'vitest';
import { agreementProblems, type Change, pipelineProblems } from './support.ts';

type Row = readonly [title: string, change: Change, ...problems: readonly (readonly [code: string, path: string])[]];

function table(problemsOf: (change: Change) => ReturnType<typeof agreementProblems>, rows: readonly Row[]): void {
  test.each(rows.map(([title, change, ...problems]) => ({ title, change, problems })))(
    '$title',
    ({ change, problems }) => {
      const found = problemsOf(change);
      expect(found.map(({ code, path }) => [code, path])).toEqual(problems);
      for (const { file, line, message } of found) {
        expect(file).toMatch(/\.yaml$/);
        expect(line).toBeGreaterThan(0);
        expect(message).not.toBe('');
      }
    },
  );
}

describe('an agreement that a workspace does not load', () => {
  const at = (path: string): string => `datasets[0].${path}`;

  table(agreementProblems, [
    ['a dataset that the catalogue has not', { 'datasets[0].dataset': 'hes_apcc' }, ['unknown-dataset', at('dataset')]],
    [
      'a dataset in two entries',
      { 'datasets[2]': { dataset: 'pds', fields: ['postcode'] } },
      ['dataset-twice', 'datasets[2].dataset'],
    ],
    [
      'a dataset in two entries, once with blanks',
      { 'datasets[2]': { dataset: ' pds ', fields: ['postcode'] } },
      ['dataset-twice', 'datasets[2].dataset'],
    ],
    ['a dataset in other letters', { 'datasets[1].dataset': 'PDS' }, ['custom', 'datasets[1].products']],
    [
      'a dataset with a letter that looks the same',
      { 'datasets[0].dataset': 'hes_\u0430pc' },
      ['unknown-dataset', at('dataset')],
    ],
    ['a column that the dataset has not', { 'datasets[0].fields[0]': 'EPIKEYS' }, ['unknown-column', at('fields[0]')]],
    [
      'a column with a letter that looks the same',
      { 'datasets[0].fields[0]': 'EP\u0130KEY' },
      ['invalid-union', at('fields[0]')],
    ],
    [
      'a column of PDS within another dataset',
      { 'datasets[0].fields[0]': 'pds.postcode' },
      ['unknown-column', at('fields[0]')],
    ],
    [
      'a form that the column has not',
      { 'datasets[0].fields[0]': { from: 'SEX', as: 'year' } },
      ['no-derivation', at('fields[0].as')],
    ],
    [
      'a form that nobody knows',
      { 'datasets[0].fields[0]': { from: 'SEX', as: 'decade' } },
      ['custom', at('fields[0].as')],
    ],
    [
      'a condition on a column that it has not',
      { 'datasets[0].where': { any_of: [{ DIAG_4_1: { in: ['E11'] } }] } },
      ['unknown-column', at('where.any_of[0].DIAG_4_1')],
    ],
    ['a condition that says nothing', { 'datasets[0].where': { SEX: {} } }, ['custom', at('where.SEX')]],
    [
      'a branch that says nothing, and so would allow everything',
      { 'datasets[0].where': { any_of: [{ SEX: { in: ['1'] } }, {}] } },
      ['custom', at('where.any_of[1]')],
    ],
    [
      'a condition that is no list of values',
      { 'datasets[0].where': { SEX: { in: [true] } } },
      ['invalid-union', at('where.SEX.in[0]')],
    ],
    ['a day that the calendar has not', { 'term.end': '2027-02-29' }, ['custom', 'term.end']],
    ['a term that ends before it starts', { 'term.end': '2024-12-31' }, ['custom', 'term']],
    ['a period that ends before it begins', { 'datasets[0].period.to': '2019-03-31' }, ['custom', at('period')]],
    ['a version that is spelt in another way', { reference: 'DARS-NIC-147750-8GS7S-v2.02' }, ['custom', 'reference']],
    ['a reference with blanks', { reference: 'DARS-NIC-147750-8GS7S-v2.2 ' }, ['custom', 'reference']],
    [
      'a destination that dars.yaml has not',
      { 'recipient.destination': 'uni-sft' },
      ['unknown-destination', 'recipient.destination'],
    ],
    [
      'a dataset with products and without terms',
      { 'datasets[1].products': ['extract'] },
      ['custom', 'datasets[1].identifiability'],
      ['custom', 'datasets[1].legal_basis'],
      ['custom', 'datasets[1].common_law_duty'],
      ['custom', 'datasets[1].frequency'],
    ],
    [
      'a period for a dataset without a date',
      { 'datasets[1].period': { from: '2020-01-01', to: '2020-12-31' } },
      ['no-period', 'datasets[1].period'],
    ],
    [
      'an exemption without a reason',
      { 'datasets[0].opt_outs': { exempt: 'consent' } },
      ['missing', at('opt_outs.because')],
    ],
    ['a key that means nothing', { 'datasets[0].field': ['EPIKEY'] }, ['unknown-key', at('field')]],
    [
      'an approval of a dataset that is none',
      { 'approvals[0].dataset': 'hes' },
      ['unknown-dataset', 'approvals[0].dataset'],
    ],
  ]);
});

describe('a pipeline that a workspace does not load', () => {
  const fields = (...list: readonly unknown[]): Change => ({ 'products[0].fields': list });
  const age = { name: 'AGE', from: 'pds.date_of_birth', as: 'age' };

  table(pipelineProblems, [
    ['an agreement that is not there', { agreement: 'DARS-NIC-147750-8GS7S-v2.3' }, ['unknown-agreement', 'agreement']],
    [
      'a dataset that the catalogue has not',
      { 'products[0].dataset': 'hes_ap' },
      ['unknown-dataset', 'products[0].dataset'],
    ],
    [
      'two columns of one name',
      fields('EPIKEY', { name: 'epikey', from: 'SEX' }),
      ['column-twice', 'products[0].fields[1]'],
    ],
    [
      'two columns of one name by a join',
      fields('pds.gender', { name: 'PDS_GENDER', from: 'SEX' }),
      ['column-twice', 'products[0].fields[1]'],
    ],
    [
      'two columns of one name by a form',
      fields({ from: 'ADMIDATE', as: 'year' }, { name: 'ADMIDATE_YEAR', from: 'SEX' }),
      ['column-twice', 'products[0].fields[1]'],
    ],
    [
      'the name of the token',
      fields({ name: 'token_person_id', from: 'SEX' }),
      ['reserved-name', 'products[0].fields[0]'],
    ],
    ['a name of dars', fields({ name: 'DARS_X', from: 'SEX' }), ['reserved-name', 'products[0].fields[0]']],
    ['a name that is SQL', fields({ name: 'X"; DROP', from: 'SEX' }), ['invalid-format', 'products[0].fields[0].name']],
    [
      'a column that is SQL',
      fields({ name: 'X', from: 'SEX" FROM x --' }),
      ['invalid-format', 'products[0].fields[0].from'],
    ],
    ['a column of a dataset that is not joined', fields('deaths.REG_DATE'), ['invalid-union', 'products[0].fields[0]']],
    ['a column that the dataset has not', fields('EPIKEYY'), ['unknown-column', 'products[0].fields[0]']],
    [
      'a condition on PDS',
      { 'products[0].where': { 'pds.postcode': { starts_with: 'LS1' } } },
      ['unknown-column', 'products[0].where.pds.postcode'],
    ],
    [
      'a condition of another type',
      { 'products[0].where': { not: { ADMIDATE: { at_least: '2024-02-30' } } } },
      ['condition-type', 'products[0].where.not.ADMIDATE'],
    ],
    [
      'a prefix of a date',
      { 'products[0].where': { ADMIDATE: { starts_with: '2024' } } },
      ['condition-type', 'products[0].where.ADMIDATE'],
    ],
    [
      'a form that the column has not',
      fields({ from: 'SEX', as: 'year' }),
      ['no-derivation', 'products[0].fields[0].as'],
    ],
    ['an age at what is no date', fields({ ...age, at: 'SEX' }), ['event-date', 'products[0].fields[0].at']],
    [
      'an age at a day of PDS, which is no event of the row',
      fields({ ...age, at: 'pds.date_of_death' }),
      ['event-date', 'products[0].fields[0].at'],
    ],
    [
      'a day of an event without an age',
      fields({ name: 'Y', from: 'pds.date_of_birth', as: 'year', at: 'ADMIDATE' }),
      ['event-date', 'products[0].fields[0].at'],
    ],
    [
      'a dataset twice in a linked product',
      {
        'products[0]': {
          name: 'l',
          product: 'linked',
          datasets: [
            { dataset: 'hes_apc', fields: ['SEX'] },
            { dataset: 'hes_apc ', fields: ['SEX'] },
          ],
        },
      },
      ['dataset-twice', 'products[0].datasets[1].dataset'],
    ],
    [
      'two products of one name',
      { 'products[1]': { name: 'apc', product: 'extract', dataset: 'hes_apc', fields: ['SEX'] } },
      ['custom', 'products[1].name'],
    ],
    ['a name that leads elsewhere', { 'products[0].name': '../apc' }, ['invalid-format', 'products[0].name']],
    [
      'a compression of what is compressed inside',
      { 'products[0].format': 'parquet' },
      ['custom', 'products[0].compression'],
    ],
    ['a product that nobody knows', { 'products[0].product': 'export' }, ['invalid-union', 'products[0].product']],
  ]);

  test('a name that is nearly one says which', () => {
    expect(pipelineProblems(fields('EPIKEYY'))[0]?.hint).toBe('did you mean EPIKEY?');
    expect(pipelineProblems({ 'products[0].feilds': [] })[0]?.hint).toBe('did you mean fields?');
  });
});
