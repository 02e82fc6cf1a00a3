import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LinkSession, openLinkSession } from '../../src/engine/link-session.ts';
import { mapColumns } from '../../src/linkage/column-mapping.ts';
import { standardise } from '../../src/linkage/standardise/standardise.ts';
import { quoteName, quoteText } from '../../src/relation/print-sql.ts';

let session: LinkSession;
beforeAll(async () => {
  session = await openLinkSession({ memory: '1GB', threads: 1 });
});
afterAll(() => session[Symbol.asyncDispose]());

/** The features of one column of texts, in the order of the texts. */
async function features(
  mapping: string,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  wanted: string,
): Promise<unknown[]> {
  const values = rows.map((row) => `(${row.map((text) => (text === null ? 'NULL' : quoteText(text))).join(', ')})`);
  await session.database.execute(
    `CREATE OR REPLACE TEMP TABLE "#source" AS SELECT * FROM (VALUES ${values.join(', ')}) AS v(${columns.map(quoteName).join(', ')})`,
  );
  const { fields } = mapColumns(mapping, columns, '--a');
  const source = { label: 'A', table: '#source', id: undefined, fields, lists: new Set<string>() };
  const records = await standardise(session.database, source, '#records', 2026, { texts: false, blocks: true });
  if (!records.features.has(wanted)) return rows.map(() => null);
  const found = await session.database.rows(
    `SELECT ${quoteName(wanted)} AS value FROM ${records.table} ORDER BY CAST(id AS INTEGER)`,
  );
  return found.map(({ value }) => value);
}

/** Each text alone in its column, so that no other says how it is to be read. */
async function dates(...texts: string[]): Promise<unknown[]> {
  return features(
    'date_of_birth=d',
    ['d'],
    texts.map((text) => [text]),
    'date_of_birth',
  );
}

describe('a date', () => {
  test.each([
    ['1961-04-09', '19610409'],
    ['1961-04-09 00:00:00', '19610409'],
    ['1961-04-09T00:00:00Z', '19610409'],
    ['1961/4/9', '19610409'],
    ['19610409', '19610409'],
    ['19610409.0', '19610409'],
    ['09/04/1961', '19610409'],
    ['9.4.1961', '19610409'],
    ['09-04-61', '19610409'],
    ['09/04/12', '20120409'],
    ['9 April 1961', '19610409'],
    ['9th Apr 1961', '19610409'],
    ['09-APR-1961', '19610409'],
    ['April 9, 1961', '19610409'],
    ['25121961', '19611225'],
  ])('written %s is read', async (text, digits) => {
    expect(await dates(text)).toEqual([digits]);
  });

  test('with an impossible month is kept as it is, one digit from right', async () => {
    expect(await dates('1835-81-01')).toEqual(['18358101']);
  });

  test.each([['yesterday'], ['1961-04-09-01'], ['0'], ['']])('reading %j is missing', async (text) => {
    expect(await dates(text)).toEqual([null]);
  });

  test('of a column in which a second number is above 12 is read month first throughout', async () => {
    expect(await dates('04/09/1961', '12/25/1961')).toEqual(['19610409', '19611225']);
  });

  test.each([
    ['y+m+d', ['y', 'm', 'd']],
    ['d+m+y', ['y', 'm', 'd']],
    ['dob_month+dob_year+dob_day', ['dob_year', 'dob_month', 'dob_day']],
  ])('in parts mapped as %s is put in order by the names of its columns', async (mapping, columns) => {
    const rows = [
      ['1961', '4', '9'],
      ['1961', '04', '09.0'],
    ];
    expect(await features(`date_of_birth=${mapping}`, columns, rows, 'date_of_birth')).toEqual([
      '19610409',
      '19610409',
    ]);
  });

  test('in parts with names that say nothing is put in order by its values', async () => {
    const rows = [
      ['28', '1961', '4'],
      ['13', '1970', '12'],
    ];
    expect(await features('date_of_birth=p+q+r', ['p', 'q', 'r'], rows, 'date_of_birth')).toEqual([
      '19610428',
      '19701213',
    ]);
  });

  test('with parts missing keeps the others', async () => {
    const rows = [
      ['1961', null, null],
      [null, '4', '9'],
      ['1961', 'x', '9'],
      [null, null, null],
    ];
    const of = (part: string): Promise<unknown[]> => features('date_of_birth=y+m+d', ['y', 'm', 'd'], rows, part);
    expect(await of('date_of_birth_y')).toEqual([1961, null, 1961, null]);
    expect(await of('date_of_birth_m')).toEqual([null, 4, null, null]);
    expect(await of('date_of_birth')).toEqual([null, null, null, null]);
  });
});

describe('a sex', () => {
  const sexes = (...texts: string[]): Promise<unknown[]> =>
    features(
      'sex=s',
      ['s'],
      texts.map((text) => [text]),
      'gender',
    );

  test('is one code however it is written', async () => {
    expect(await sexes('M', 'male', '1', '1.0', 'Man', 'homme', 'männlich')).toEqual(Array(7).fill('1'));
    expect(await sexes('F', 'Female', '2', 'woman', 'w', 'FEMME')).toEqual(Array(6).fill('2'));
  });

  test('that is not known says nothing', async () => {
    expect(await sexes('9', '0', 'U', 'x', 'Not specified', 'unknown', 'M')).toEqual([...Array(6).fill(null), '1']);
  });

  test('of zeroes and ones alone keeps both apart', async () => {
    expect(await sexes('0', '1', '0')).toEqual(['0', '1', '0']);
  });
});

describe('a name', () => {
  const given = (text: string): Promise<unknown[]> => features('given_name=n', ['n'], [[text]], 'given_name');
  const family = (text: string): Promise<unknown[]> => features('family_name=n', ['n'], [[text]], 'family_name');

  test.each([
    ['Zoë', 'ZOE'],
    ['  anne ', 'ANNE'],
    ['Dr. Anne', 'ANNE'],
    ['José', 'JOSE'],
    ['Łukasz', 'LUKASZ'],
    ['Søren', 'SOREN'],
  ])('given as %j is compared as %s', async (text, name) => {
    expect(await given(text)).toEqual([name]);
  });

  test.each([
    ["O'Brien", 'OBRIEN'],
    ['O’Brien', 'OBRIEN'],
    ['Smith-Jones', 'SMITHJONES'],
    ['smith jones', 'SMITHJONES'],
    ['van der Berg', 'VANDERBERG'],
    ['Müller', 'MULLER'],
    ['Weiß', 'WEISS'],
    ['King Jr.', 'KING'],
    ['Ng', 'NG'],
    ['Иванов', 'ИВАНОВ'],
  ])('of the family, %j, is compared as %s', async (text, name) => {
    expect(await family(text)).toEqual([name]);
  });

  test.each([['Baby'], ['unknown'], ['N/A'], ['-'], ['Twin One']])('that is none, %j, is missing', async (text) => {
    expect(await given(text)).toEqual([null]);
  });

  test('in one column is parted into the first and the last word', async () => {
    const rows = [['Dr Mary Ann Evans']];
    expect(await features('full_name=n', ['n'], rows, 'given_name')).toEqual(['MARY']);
    expect(await features('full_name=n', ['n'], rows, 'family_name')).toEqual(['EVANS']);
    expect(await features('full_name=n', ['n'], rows, 'other_given_name')).toEqual(['ANN']);
  });
});

describe('a postcode', () => {
  const postcodes = (text: string, part = 'postcode'): Promise<unknown[]> =>
    features('postcode=p', ['p'], [[text]], part);

  test.each([
    ['ls1 4ap', 'LS14AP'],
    ['LS1-4AP', 'LS14AP'],
    ['LS1 O4P', 'LS1O4P'],
    ['LS1 OAP', 'LS10AP'],
    ['3011', '3011'],
    ['75008', '75008'],
    ['ZZ99 3VZ', null],
    ['', null],
  ])('written %j is compared as %j', async (text, value) => {
    expect(await postcodes(text)).toEqual([value]);
  });

  test('has an outcode and an area', async () => {
    expect(await postcodes('SW1A 1AA', 'postcode_out')).toEqual(['SW1A']);
    expect(await postcodes('SW1A 1AA', 'postcode_area')).toEqual(['SW']);
  });
});
