import { describe, expect, test } from 'vitest';
import { type Change, type Expected, granted, refusals, table } from './support.ts';

function asks(where: unknown): { readonly pipeline: Change } {
  return { pipeline: { cohort: undefined, 'products[0].where': where } };
}

/** The column is not among the granted fields, though the agreement limits the rows by it. */
function limitedBy(where: unknown): Change {
  return { 'datasets[0].where': where, 'datasets[0].fields': ['EPIKEY'] };
}

describe('only granted years', () => {
  const refused: Expected = ['period-not-granted', 'products[0].period', 'period'];
  const period = (from: string, to: string): { readonly pipeline: Change } => ({
    pipeline: { 'products[0].period': { from, to } },
  });

  table([
    ['the whole period', period('2019-04-01', '2026-03-31')],
    ['its first day', period('2019-04-01', '2019-04-01')],
    ['its last day', period('2026-03-31', '2026-03-31')],
    ['from the day before', period('2019-03-31', '2020-03-31'), refused],
    ['to the day after', period('2020-04-01', '2026-04-01'), refused],
    ['wholly outside', period('2027-04-01', '2027-04-30'), refused],
    ['no period asked for is the period granted', { pipeline: { 'products[0].period': undefined } }],
    [
      'an agreement that grants no period',
      { agreement: { 'datasets[0].period': undefined }, pipeline: { cohort: undefined } },
      refused,
    ],
    [
      'the period of each dataset of a linked product',
      {
        agreement: granted('hes_op', { period: { from: '2022-04-01', to: '2023-03-31' }, fields: ['ATTENDKEY'] }),
        pipeline: {
          'products[0]': {
            name: 'both',
            product: 'linked',
            datasets: [
              { dataset: 'hes_apc', period: { from: '2019-04-01', to: '2020-03-31' }, fields: ['EPIKEY'] },
              { dataset: 'hes_op', period: { from: '2019-04-01', to: '2020-03-31' }, fields: ['ATTENDKEY'] },
            ],
          },
        },
      },
      ['period-not-granted', 'products[0].datasets[1].period', 'period'],
    ],
  ]);
});

describe('rows are chosen only by granted columns', () => {
  const refused = (path: string, line: string): Expected => ['condition-not-granted', `products[0].where${path}`, line];

  table([
    ['a granted column', asks({ SEX: { in: ['1'] } })],
    ['a granted column in other letters', asks({ sex: { in: ['1'] } })],
    ['a column that is not granted', asks({ PROCODE3: { in: ['RAE'] } }), refused('.PROCODE3', 'PROCODE3')],
    ['in small letters', asks({ procode3: { in: ['RAE'] } }), refused('.procode3', 'procode3')],
    ['turned round', asks({ not: { PROCODE3: { in: ['RAE'] } } }), refused('.not.PROCODE3', 'PROCODE3')],
    [
      'as one of several',
      asks({ any_of: [{ SEX: { in: ['1'] } }, { PROCODE3: { in: ['RAE'] } }] }),
      refused('.any_of[1].PROCODE3', 'PROCODE3'),
    ],
    [
      'deep inside',
      asks({ all_of: [{ not: { any_of: [{ SEX: { in: ['1'] } }, { all_of: [{ ETHNOS: { is_null: true } }] }] } }] }),
      refused('.all_of[0].not.any_of[1].all_of[0].ETHNOS', 'ETHNOS'),
    ],
    ['only whether there is a value', asks({ PROCODE3: { is_null: false } }), refused('.PROCODE3', 'PROCODE3')],
    [
      'each of them is named',
      asks({ PROCODE3: { in: ['RAE'] }, ETHNOS: { in: ['A'] } }),
      refused('.PROCODE3', 'PROCODE3'),
      refused('.ETHNOS', 'ETHNOS'),
    ],
    ['the date that the period chooses by', asks({ EPIEND: { at_least: '2024-06-01' } })],
    [
      'a column granted only in a coarser form',
      {
        agreement: { 'datasets[0].fields': ['EPIKEY', 'SEX', { from: 'ADMIDATE', as: 'month' }] },
        pipeline: {
          cohort: undefined,
          'products[0].fields': ['EPIKEY'],
          'products[0].where': { ADMIDATE: { at_least: '2024-05-13' } },
        },
      },
      refused('.ADMIDATE', 'ADMIDATE'),
    ],
  ]);
});

describe('what the agreement limits the rows by is not thereby granted', () => {
  const limit = { DIAG_4_01: { starts_with: ['E10', 'E11'] } };
  const fields = { 'products[0].fields': ['EPIKEY'], cohort: undefined };
  const situation = (where: unknown, granted: unknown = limit) => ({
    agreement: limitedBy(granted),
    pipeline: { ...fields, 'products[0].where': where },
  });
  const refused = (path: string): Expected => ['condition-not-granted', `products[0].where${path}`, 'DIAG_4_01'];

  table([
    ['its clause repeated', situation(limit)],
    ['repeated in another order', situation({ diag_4_01: { starts_with: ['E11', 'E10', 'E11'] } })],
    ['repeated from inside all_of', situation(limit, { all_of: [limit] })],
    ['one of its values', situation({ DIAG_4_01: { starts_with: ['E11'] } }), refused('.DIAG_4_01')],
    ['a finer value', situation({ DIAG_4_01: { in: ['E119'] } }), refused('.DIAG_4_01')],
    ['its clause turned round', situation({ not: limit }), refused('.not.DIAG_4_01')],
    ['its clause as one of several', situation({ any_of: [limit] }), refused('.any_of[0].DIAG_4_01')],
    [
      'one branch of what it limits by',
      situation(limit, { any_of: [limit, { SEX: { in: ['1'] } }] }),
      refused('.DIAG_4_01'),
    ],
    [
      'the clause of another column',
      situation({ DIAG_4_02: { starts_with: ['E10', 'E11'] } }),
      ['condition-not-granted', 'products[0].where.DIAG_4_02', 'DIAG_4_02'],
    ],
  ]);
});

describe('every value that is asked for is within the agreement’s where', () => {
  const refused = (path: string, line: string | RegExp): Expected => [
    'rows-not-granted',
    `products[0].where${path}`,
    line,
  ];
  const weight = {
    cohort: undefined,
    'products[0]': { name: 'c', product: 'extract', dataset: 'clinic', fields: ['VISIT'] },
  };
  const clinic = (limit: unknown, where: unknown) => ({
    agreement: granted('clinic', { fields: ['VISIT', 'WEIGHT', 'SEEN'], where: limit }),
    pipeline: { ...weight, 'products[0].where': where },
  });

  table([
    ['a value inside', asks({ DIAG_4_01: { in: ['E119'] } })],
    ['a value outside', asks({ DIAG_4_01: { in: ['J180'] } }), refused('.DIAG_4_01', 'DIAG_4_01')],
    [
      'one inside, two outside',
      asks({ DIAG_4_01: { in: ['E119', 'J180', 'I10X'] } }),
      refused('.DIAG_4_01', 'DIAG'),
      refused('.DIAG_4_01', 'DIAG'),
    ],
    ['a wider prefix', asks({ DIAG_4_01: { starts_with: ['E1'] } }), refused('.DIAG_4_01', 'DIAG_4_01')],
    ['the same prefix', asks({ DIAG_4_01: { starts_with: ['E10'] } })],
    ['other letters are another value', asks({ DIAG_4_01: { in: ['e119'] } }), refused('.DIAG_4_01', 'DIAG_4_01')],
    ['leaving out what is outside anyway', asks({ DIAG_4_01: { not_in: ['J180'] } })],
    ['not asking for what is outside anyway', asks({ not: { DIAG_4_01: { in: ['J180'] } } })],
    [
      'asking for it by a double no',
      asks({ not: { not: { DIAG_4_01: { in: ['J180'] } } } }),
      refused('.not.not.DIAG_4_01', 'DIAG_4_01'),
    ],
    [
      'asking for it by no and none',
      asks({ not: { DIAG_4_01: { not_in: ['J180'] } } }),
      refused('.not.DIAG_4_01', 'DIAG_4_01'),
    ],
    [
      'asking for it among others',
      asks({ any_of: [{ SEX: { in: ['1'] } }, { DIAG_4_01: { in: ['J180'] } }] }),
      refused('.any_of[1].DIAG_4_01', 'DIAG_4_01'),
    ],
    ['numbers compare as numbers', clinic({ WEIGHT: { between: [40, 100] } }, { WEIGHT: { between: ['40.0', '95'] } })],
    [
      'a number outside on one side',
      clinic({ WEIGHT: { between: [40, 100] } }, { WEIGHT: { between: [5, 95] } }),
      refused('.WEIGHT', 'WEIGHT'),
    ],
    ['a number at the edge', clinic({ WEIGHT: { at_most: 100 } }, { WEIGHT: { at_most: 100 } })],
    [
      'a number past the edge',
      clinic({ WEIGHT: { at_most: 100 } }, { WEIGHT: { at_least: 101 } }),
      refused('.WEIGHT', 'WEIGHT'),
    ],
    [
      'days compare as days',
      clinic({ SEEN: { at_least: '2020-01-01' } }, { SEEN: { between: ['2019-12-31', '2021-01-01'] } }),
      refused('.SEEN', 'SEEN'),
    ],
    [
      'a value that another branch allows',
      clinic({ any_of: [{ VISIT: { in: ['A'] } }, { WEIGHT: { at_least: 90 } }] }, { VISIT: { in: ['B'] } }),
    ],
    [
      'a value that no branch allows',
      clinic({ any_of: [{ VISIT: { in: ['A'] } }, { VISIT: { in: ['C'] } }] }, { VISIT: { in: ['B'] } }),
      refused('.VISIT', 'VISIT'),
    ],
    [
      'a value that is ruled out',
      clinic({ VISIT: { not_in: ['A'] } }, { VISIT: { in: ['A'] } }),
      refused('.VISIT', 'VISIT'),
    ],
    [
      'a value that a no rules out',
      clinic({ not: { VISIT: { starts_with: 'A' } } }, { VISIT: { in: ['A1'] } }),
      refused('.VISIT', 'VISIT'),
    ],
    [
      'any value where only rows without one are granted',
      clinic({ VISIT: { is_null: true } }, { VISIT: { in: ['A1'] } }),
      refused('.VISIT', 'VISIT'),
    ],
  ]);
});

describe('rows are not chosen by what names a person', () => {
  const identifier: Change = { 'datasets[0].fields': ['EPIKEY', 'SEX', 'NEWNHSNO', 'DIAG_4_01'] };
  const byNumber: Change = {
    cohort: undefined,
    'products[0].fields': ['EPIKEY'],
    'products[0].where': { NEWNHSNO: { in: ['9990000018'] } },
  };

  table([
    [
      'an identifier in pseudonymised data',
      { agreement: identifier, pipeline: byNumber },
      ['condition-on-identifier', 'products[0].where.NEWNHSNO', 'NEWNHSNO'],
    ],
    [
      'an identifier in identifiable data that grants it',
      { agreement: { ...identifier, 'datasets[0].identifiability': 'identifiable' }, pipeline: byNumber },
    ],
    [
      'an identifier that is not granted',
      { pipeline: { ...byNumber, 'products[0].where': { HOMEADD: { starts_with: 'LS1' } } } },
      ['condition-not-granted', 'products[0].where.HOMEADD', 'HOMEADD'],
    ],
    [
      'a cohort by an identifier, even where the number may go out',
      {
        agreement: { ...identifier, 'datasets[0].identifiability': 'identifiable' },
        pipeline: { 'products[0].fields': ['EPIKEY'], 'cohort.where': { NEWNHSNO: { in: ['9990000018'] } } },
      },
      ['condition-on-identifier', 'cohort.where.NEWNHSNO', 'NEWNHSNO'],
    ],
  ]);
});

test('a refusal of a value quotes it short and without control characters', () => {
  const [refusal] = refusals(asks({ DIAG_4_01: { in: [`J18\u001b[31m${'0'.repeat(80)}`] } }));
  expect(refusal?.message).toMatch(/^rows with DIAG_4_01 "J18\?\[31m0+…" are not granted$/);
  expect(refusal?.message.length).toBeLessThan(110);
});
