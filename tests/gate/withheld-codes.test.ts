import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { refusalsFor } from '../../src/gate/gate.ts';
import { CATALOGUE, type Change, factsOf } from './support.ts';

const LISTED: Catalogue = Object.assign(new Map(CATALOGUE), {
  restrictedCodes: { version: '1', sha256: '0'.repeat(64), codes: { icd10: ['N97'], opcs4: [] } },
});

const TRACKED: Change = {
  cohort: { identifiers: ['nhs_number'] },
  'datasets[0].products': ['tracking'],
  'datasets[0].identifiability': 'identifiable',
  'datasets[0].where': undefined,
};

/** What is refused of registrations of hes_apc. */
function refused(agreement: Change, report: Readonly<Record<string, unknown>>, catalogue = LISTED): string[] {
  const product = {
    ...{ name: 'study', product: 'tracking', cohort: 'cohorts/NIC-147750.csv' },
    reports: [{ report: 'registrations', dataset: 'hes_apc', ...report }],
  };
  const facts = factsOf({
    agreement: { ...TRACKED, ...agreement },
    pipeline: { cohort: undefined, 'products[0]': product },
  });
  return refusalsFor({ ...facts, catalogue }).map(({ code, path }) => `${code} ${path}`);
}

describe('a tracking report that would have to withhold codes', () => {
  const dates = { fields: ['ADMIDATE'] };
  const WITHHELD = ['withheld-codes products[0].reports[0]'];
  const where = { DIAG_4_01: { starts_with: ['E10'] } };

  test('is refused where its dataset has codes, asked for or not', () => {
    expect(refused({}, { fields: ['ADMIDATE', 'DIAG_4_01'] })).toEqual(WITHHELD);
    expect(refused({}, { fields: [{ name: 'D', from: 'DIAG_4_02', as: 'chapter' }] })).toEqual(WITHHELD);
    expect(refused({}, dates)).toEqual(WITHHELD);
  });

  test('is refused with a column of codes whose rare ones are coarsened', () => {
    const rare = { 'datasets[0].rare_codes': { below: 10, instead: 'blank' } };
    expect(refused(rare, { fields: ['DIAG_4_01'] }, CATALOGUE)).toEqual(WITHHELD);
    expect(refused(rare, { ...dates, where }, CATALOGUE)).toEqual([]);
  });

  test('may run where there is nothing to withhold', () => {
    expect(refused({}, { fields: ['DIAG_4_01'], where }, CATALOGUE)).toEqual([]);
    const grounds = { granted: 'a provision', because: 'a sentence' };
    const codes = { 'datasets[0].restricted_codes': grounds, 'datasets[0].identifiability': 'pseudonymised' };
    expect(refused(codes, { fields: ['DIAG_4_01'], where })).not.toContain(WITHHELD[0]);
  });
});
