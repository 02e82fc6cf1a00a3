import { describe, expect, test } from 'vitest';
import { type Change, type Expected, granted, type Row, refusals, table } from './support.ts';

function asks(...fields: readonly unknown[]): { readonly pipeline: Change } {
  return { pipeline: { 'products[0].fields': fields } };
}

const refused = (index = 0): Expected => ['field-not-granted', `products[0].fields[${index}]`, ''];

describe('only granted columns', () => {
  table([
    ['a granted column in other letters', asks('epikey', 'EpiStart')],
    ['a column that is not granted', asks('PROCODE3'), ['field-not-granted', 'products[0].fields[0]', 'PROCODE3']],
    ['each that is not granted is named', asks('EPIKEY', 'PROCODE3', 'SEX', 'ETHNOS'), refused(1), refused(3)],
    ['under the name of a granted one', asks({ name: 'EPISTART', from: 'EPIEND' }), refused()],
    ['an identifier, which would come out as a token', asks('LOPATID'), refused()],
    ['the token of another release', asks({ name: 'T', from: 'TOKEN_PERSON_ID' }), refused()],
    ['the person’s own number', asks('NEWNHSNO'), refused()],
    ['a column of the same name in another dataset', asks('pds.nhs_number'), refused()],
    ['the same column of another dataset by its place', asks('pds.date_of_birth'), refused()],
    [
      'a column that is granted of another dataset',
      { agreement: granted('hes_op', { fields: ['PROCODE3'] }), ...asks('PROCODE3') },
      refused(),
    ],
    [
      'PDS where the agreement grants none of it',
      { agreement: { 'datasets[1]': undefined }, ...asks('EPIKEY', 'pds.gender') },
      refused(1),
    ],
  ]);

  test('the refusal says what is granted in which clause', () => {
    const [own, joined] = refusals(asks('PROCODE3', 'pds.postcode'));
    expect(own?.hint).toMatch(/^agreements\/dsa\.yaml:\d+ datasets\[0\] fields lists what is$/);
    expect(joined?.hint).toMatch(/^agreements\/dsa\.yaml:\d+ datasets\[1\] fields lists what is$/);
    expect(joined?.message).toBe('pds postcode is not granted');
  });
});

describe('no finer form than is granted', () => {
  /** Each chain of the design: what is granted, what is asked, and whether that is no finer. */
  const chains: readonly (readonly [column: string, finestFirst: readonly (string | undefined)[]])[] = [
    ['pds.date_of_birth', [undefined, 'mmyyyy', 'year', 'age', 'age_band_5', 'age_band_10']],
    ['pds.postcode', [undefined, 'outcode', 'area']],
    ['ADMIDATE', [undefined, 'month', 'quarter', 'year']],
    ['DIAG_4_01', [undefined, '3_characters', 'chapter']],
    ['OPERTN_4_01', [undefined, '3_characters', 'chapter']],
    ['LSOA11', [undefined, 'msoa', 'local_authority', 'region']],
    ['MYDOB', [undefined, 'year']],
  ];
  const rows = chains.flatMap(([column, forms]) =>
    forms.flatMap((granting, coarseness) =>
      forms.map((asking, position): Row => {
        const bare = column.replace('pds.', '');
        const entry = granting === undefined ? bare : { from: bare, as: granting };
        const joined = column !== bare;
        const situation = {
          agreement: {
            [joined ? 'datasets[1].fields' : 'datasets[0].fields']: joined ? [entry] : ['EPIKEY', entry],
          },
          pipeline: {
            cohort: undefined,
            'products[0].where': undefined,
            'products[0].fields': [asking === undefined ? column : { from: column, as: asking }],
          },
        };
        const title = `${column} ${granting ?? 'itself'} granted, ${asking ?? 'itself'} asked`;
        return position >= coarseness ? [`${title}: may go`, situation] : [`${title}: refused`, situation, refused()];
      }),
    ),
  );
  table(rows);

  table([
    ['a coarse form of a column whose twin is granted', asks({ from: 'HOMEADD', as: 'outcode' }), refused()],
    [
      'one of two grants of a column is enough',
      {
        agreement: {
          'datasets[1].fields': [
            { from: 'date_of_birth', as: 'age_band_10' },
            { from: 'date_of_birth', as: 'year' },
          ],
        },
        ...asks({ from: 'pds.date_of_birth', as: 'year' }),
      },
    ],
    [
      'spellings of a form are one form',
      {
        agreement: { 'datasets[1].fields': [{ from: 'date_of_birth', as: 'five-year band' }] },
        ...asks({ from: 'pds.date_of_birth', as: 'AGE_BAND_10' }),
      },
    ],
  ]);
});

describe('an age tells of the day it is taken at', () => {
  const age = (at?: string) =>
    asks({ name: 'AGE', from: 'pds.date_of_birth', as: 'age', ...(at === undefined ? {} : { at }) });

  table([
    ['at the dataset’s own date', age()],
    ['at the dataset’s own date, named', age('epiend')],
    ['at a granted date', age('ADMIDATE')],
    ['at a date that is not granted', age('DISDATE'), ['field-not-granted', 'products[0].fields[0].at', 'DISDATE']],
    [
      'at a date that is granted only in a coarser form',
      {
        agreement: { 'datasets[0].fields': ['EPIKEY', 'SEX', 'DIAG_4_01', { from: 'ADMIDATE', as: 'year' }] },
        ...age('ADMIDATE'),
      },
      ['field-not-granted', 'products[0].fields[0].at', 'ADMIDATE'],
    ],
  ]);
});

describe('demographics that are joined on', () => {
  const identifiable: Change = { 'datasets[0].identifiability': 'identifiable' };
  const pds = { 'datasets[1].fields': ['gender', 'postcode'] };

  table([
    ['go out as the dataset does', { agreement: { ...identifiable, ...pds }, ...asks('EPIKEY', 'pds.postcode') }],
    [
      'not with more identifiability than PDS itself is granted with',
      {
        agreement: { ...identifiable, ...pds, 'datasets[1].identifiability': 'pseudonymised' },
        ...asks('EPIKEY', 'pds.postcode'),
      },
      ['identifiability-not-granted', 'products[0].fields[1]', 'pds.postcode'],
    ],
    [
      'not a row a person where PDS is granted only as counts',
      { agreement: { 'datasets[1].identifiability': 'aggregated' }, ...asks('EPIKEY', 'pds.gender') },
      ['identifiability-not-granted', 'products[0].fields[1]', 'pds.gender'],
    ],
    [
      'not of everybody where PDS is granted only of some',
      { agreement: { 'datasets[1].where': { gender: { in: ['2'] } } }, ...asks('EPIKEY', 'pds.gender') },
      ['rows-not-granted', 'products[0].fields[1]', 'pds.gender'],
    ],
  ]);
});

describe('legally restricted codes never meet an identifier', () => {
  const clinic = (identifiability: string, more: Readonly<Record<string, unknown>> = {}): Change =>
    granted('clinic', { identifiability, fields: ['VISIT', 'NHS_NUMBER', 'CODE'], ...more });
  const product = (more: Readonly<Record<string, unknown>>): Change => ({
    cohort: undefined,
    'products[0]': { name: 'c', product: 'extract', dataset: 'clinic', fields: ['VISIT'], ...more },
  });
  const refusedAt = (path: string): Expected => ['restricted-with-identifier', path, 'CODE'];

  table([
    [
      'in pseudonymised data they may go out',
      { agreement: clinic('pseudonymised'), pipeline: product({ fields: ['VISIT', 'CODE'] }) },
    ],
    [
      'in identifiable data they may not',
      { agreement: clinic('identifiable'), pipeline: product({ fields: ['VISIT', 'CODE'] }) },
      refusedAt('products[0].fields[1]'),
    ],
    [
      'nor in a pseudonymised cut that lies beside an identifiable one',
      {
        agreement: clinic('identifiable'),
        pipeline: product({ identifiability: 'pseudonymised', fields: ['VISIT', 'CODE'] }),
      },
      refusedAt('products[0].fields[1]'),
    ],
    [
      'nor may identifiable rows be chosen by them',
      { agreement: clinic('identifiable'), pipeline: product({ where: { CODE: { in: ['X'] } } }) },
      refusedAt('products[0].where.CODE'),
    ],
    [
      'nor by the agreement',
      { agreement: clinic('identifiable', { where: { any_of: [{ CODE: { in: ['X'] } }] } }), pipeline: product({}) },
      refusedAt('datasets[2].where.any_of[0].CODE'),
    ],
    [
      'nor through a cohort',
      {
        agreement: { ...clinic('pseudonymised'), 'datasets[0].identifiability': 'identifiable' },
        pipeline: {
          cohort: { dataset: 'clinic', where: { CODE: { in: ['X'] } } },
          'products[0].identifiability': 'pseudonymised',
        },
      },
      refusedAt('cohort.where.CODE'),
    ],
  ]);
});
