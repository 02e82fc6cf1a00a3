import fc from 'fast-check';
import type { CatalogueColumn, Dataset } from '../../src/catalogue/dataset.ts';

/** A day of the calendar between two. */
export function dayBetween(from: string, to: string): fc.Arbitrary<string> {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  return fc.nat(days).map((day) => new Date(Date.parse(from) + day * 86_400_000).toISOString().slice(0, 10));
}

const birth = fc.oneof(
  { weight: 5, arbitrary: dayBetween('1901-01-01', '2005-12-31') },
  { weight: 1, arbitrary: fc.constantFrom('2004-02-29', '1956-02-29', '1934-05-01') },
);
const event = fc.oneof(
  { weight: 4, arbitrary: dayBetween('2018-01-01', '2026-12-31') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('2019-04-01', '2019-03-31', '2024-02-29', '2024-05-01', '2026-03-31', '2026-04-01'),
  },
);

/** A date in the ways that sources write them. */
function written(day: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      day,
      fc.constantFrom(
        (iso: string) => iso,
        (iso: string) => iso,
        (iso: string) => iso.replaceAll('-', ''),
        (iso: string) => `${iso} 00:00:00`,
      ),
    )
    .map(([iso, write]) => write(iso));
}

/** Text with whatever can go wrong on its way through CSV; no name, number or postcode of anybody is among it. */
// biome-ignore format: a list of oddities
const FREE = [
  'a', 'B', 'é', '🩺', 'a|b', 'a,b', 'a;b', 'tab\there', 'say "x"', '"', '""', "it's", 'two\nlines', 'two\r\nlines', '\r',
  ' lead', 'trail ', '   ', '-   ', '&', '&   ', '-', 'NULL', 'null', 'N/A', '\\N', '\\', '#1', '=1+1', '%s', '0', '00',
  '1e5', 'true', '2024-05-01', 'ﬃ', 'e\u0301', '\u00a0', 'x\ufeffy', '\u0001', '\u2028', 'x'.repeat(300),
] as const;

// biome-ignore format: codes of a kind, a line each
const CODES = {
  icd10: ['E110', 'E10', 'I10X', 'J180', 'D499', 'D500', 'H599', 'H600', 'T983', 'V011', 'U071', 'Z999', 'R69X', 'e112',
    '-   ', '&', 'É10', '🩺10', 'E1'],
  opcs4: ['W371', 'X999', '-', '&   ', 'w37', 'É1', 'A'],
  lsoa: ['E01000001', 'E01000002', 'E01000003', 'W01000001'],
  gp_practice: ['Y00001', 'Y00002', 'V81999'],
  birth_month: ['041961', '121985', '131961', '-', '19850', '020002'],
  postcode: ['ZQ1 4AP', 'ZQ14AP', 'zq9a 1bb', 'Z1 1AA', 'ZQ12 3CD', 'NOWHERE', 'ZZ99 3VZ', 'ZQ1  4AP', 'ZQ1\u00a04AP'],
} as const;

const INTEGERS = ['0', '5', '5.0', '-1', '120', '7001', '5.000', '00', '123456789012345'] as const;
const DECIMALS = ['0.002', '5', '5.50', '-0.5', '1e3', '1E-2', '123456.789', '0.30000000000000004'] as const;

/** A value of a column as a source may have it; null is missing. */
export function valueIn(dataset: Dataset, column: CatalogueColumn): fc.Arbitrary<string | null> {
  const nothing = { weight: 1, arbitrary: fc.constantFrom(null, '') };
  const some = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string | null> =>
    fc.oneof({ weight: 9, arbitrary }, nothing);
  switch (column.type) {
    case 'date': {
      const days = column.concept === 'date_of_birth' ? birth : event;
      const none = column.concept === 'date_of_birth' ? '1900-01-01' : '2020-01-01';
      const sentinels = fc.constantFrom(...(dataset.missing_dates.length > 0 ? dataset.missing_dates : [none]));
      return some(written(fc.oneof({ weight: 8, arbitrary: days }, { weight: 1, arbitrary: sentinels })));
    }
    case 'integer':
      return some(fc.constantFrom(...INTEGERS));
    case 'decimal':
      return some(fc.constantFrom(...DECIMALS));
    case 'text':
      return some(fc.constantFrom(...samplesOf(column)));
  }
}

/** Values that a condition may name. */
export function comparedIn(column: CatalogueColumn): fc.Arbitrary<string> {
  switch (column.type) {
    case 'date':
      return fc.oneof(event, fc.constantFrom('1801-01-01', '2024-05-01'));
    case 'integer':
      return fc.constantFrom('0', '5', '5.0', '-1', '120', '7000');
    case 'decimal':
      return fc.constantFrom('0.002', '5', '5.5', '-0.5', '1000', '0.3', '0.01');
    case 'text':
      return fc.constantFrom(...samplesOf(column), 'E1', 'Y', '\u{10ffff}');
  }
}

function samplesOf({ name, concept }: CatalogueColumn): readonly string[] {
  switch (concept) {
    case 'icd10':
    case 'opcs4':
    case 'lsoa':
    case 'gp_practice':
    case 'birth_month':
    case 'postcode':
      return CODES[concept];
    case 'name':
      return ['QXFAMILYA', 'QXFAMILYB', 'Qx"Fam|ily', 'QXÉ'];
    case 'address':
      return ['1 QXLANE', 'QX "HOUSE"', 'QXTOWN\nQXSHIRE'];
    default:
      return /KEY$/.test(name) ? ['500000000001', '500000000002', '500000000010', 'é', 'Z', 'a'] : FREE;
  }
}
