import { expect, test } from 'vitest';
import { released } from './released.ts';

/** Promise 2: no column, row or year outside the grant. */

test('what comes out is what was asked, and all of it is granted', async () => {
  using release = await released();
  expect(release.header).toEqual([
    'TOKEN_PERSON_ID',
    'EPIKEY',
    'ADMIDATE',
    'DIAG_4_01',
    'SEX',
    'MYDOB',
    'PDS_GENDER',
    'PDS_GP_PRACTICE_CODE',
    'BIRTH_YEAR',
    'OUTCODE',
  ]);
  const keys = release.rows.map((row) => row.split('|')[1]);
  expect(keys.toSorted()).toEqual(['500000000001', '500000000002', '500000000003', '500000000004']);
});

const product = (file: Record<string, unknown>): Record<string, unknown> =>
  (file['products'] as Record<string, unknown>[])[0] ?? {};

test.each([
  [
    'a column that is not granted',
    'field-not-granted',
    (file: Record<string, unknown>) => Object.assign(product(file), { fields: ['EPIKEY', 'EPIEND'] }),
  ],
  [
    'a column of which only a coarser form is granted',
    'field-not-granted',
    (file: Record<string, unknown>) => Object.assign(product(file), { fields: ['EPIKEY', 'pds.date_of_birth'] }),
  ],
  [
    'a year before the period granted',
    'period-not-granted',
    (file: Record<string, unknown>) =>
      Object.assign(product(file), { period: { from: '2019-03-31', to: '2020-03-31' } }),
  ],
  [
    'rows that the agreement does not grant',
    'rows-not-granted',
    (file: Record<string, unknown>) => Object.assign(product(file), { where: { DIAG_4_01: { starts_with: ['E14'] } } }),
  ],
  [
    'rows chosen by a column that is not granted',
    'condition-not-granted',
    (file: Record<string, unknown>) => Object.assign(product(file), { where: { NEWNHSNO: { in: ['9990000018'] } } }),
  ],
])('%s is a refusal, never a silent intersection', async (_, code, pipeline) => {
  using release = await released({ pipeline });
  expect(release.ran.status).toBe(12);
  expect(release.ran.stderr).toContain(code);
  expect(release.rows).toEqual([]);
});
