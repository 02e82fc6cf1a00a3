import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLaterVersion, parseAgreementReference } from '../../src/kernel/agreement-reference.ts';
import {
  type CalendarDate,
  calendarPeriod,
  dayOf,
  daysBetween,
  parseCalendarDate,
} from '../../src/kernel/calendar-date.ts';
import { canonicalJson, type Json } from '../../src/kernel/canonical-json.ts';
import { fileReference, fileReferenceNumber } from '../../src/kernel/file-reference.ts';
import { Secret } from '../../src/kernel/secret.ts';

const day = (text: string): CalendarDate => text as CalendarDate;

test.each(['2024-02-29', '1801-01-01', '2026-12-31'])('%s is a day', (text) => {
  expect(parseCalendarDate(text)).toBe(text);
});

test.each(['2023-02-29', '2024-13-01', '2024-00-10', '20240101', '2024-1-1', '2024-01-01T00:00:00Z', ''])(
  '%j is none',
  (text) => {
    expect(parseCalendarDate(text)).toBeUndefined();
  },
);

test('a quarter ends with its last day', () => {
  expect(['2026-03-31', '2026-04-01', '2026-12-31'].map((text) => calendarPeriod(day(text), 'quarter'))).toEqual([
    '2026-Q1',
    '2026-Q2',
    '2026-Q4',
  ]);
});

test('the month and the year of a day', () => {
  expect(calendarPeriod(day('2026-09-30'), 'month')).toBe('2026-09');
  expect(calendarPeriod(day('2026-01-01'), 'year')).toBe('2026');
});

test('the day of a moment is that of London, in summer an hour ahead of Greenwich', () => {
  expect(dayOf(new Date('2026-01-31T23:59:59.999Z'))).toBe('2026-01-31');
  expect(dayOf(new Date('2026-03-31T22:59:59.999Z'))).toBe('2026-03-31');
  expect(dayOf(new Date('2026-03-31T23:00:00.000Z'))).toBe('2026-04-01');
});

test('days are counted one by one, whatever the clocks do', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.integer({ min: -4000, max: 4000 }),
      (moment, days) => {
        const from = new Date(`${dayOf(moment)}T12:00:00Z`);
        const to = new Date(from.getTime() + days * 86_400_000);
        expect(daysBetween(dayOf(from), dayOf(to))).toBe(days);
        expect(dayOf(from) < dayOf(to)).toBe(days > 0);
      },
    ),
  );
});

test('days are counted over a leap day', () => {
  expect(daysBetween(day('2024-02-28'), day('2024-03-01'))).toBe(2);
  expect(daysBetween(day('2026-11-20'), day('2026-10-30'))).toBe(-21);
});

test('a reference has a stem, a number for file names and a version', () => {
  expect(parseAgreementReference('DARS-NIC-147750-8GS7S-v2.12')).toEqual({
    text: 'DARS-NIC-147750-8GS7S-v2.12',
    stem: 'DARS-NIC-147750-8GS7S',
    nic: 'NIC147750',
    major: 2,
    minor: 12,
  });
});

test.each([
  'NIC-154590-YG6QH ',
  'DARS-NIC-147750-8GS7S',
  'DARS-NIC-147750-8GS7S-v2',
  'DARS-NIC-147750-8GS7S-v2.2 ',
  'DARS-NIC-147750-8GS7S-v2.02',
  'DARS-NIC-147750-8GS7S-v02.2',
  'DARS-NIC-147-8GS7S-v2.2',
  'DARS-NIC-147750-8gs7s-v2.2',
  'dars-nic-147750-8GS7S-v2.2',
  'DARS-NIC-١٤٧٧٥٠-8GS7S-v2.2',
  '../DARS-NIC-147750-8GS7S-v2.2',
])('%j is no reference', (text) => {
  expect(parseAgreementReference(text)).toBeUndefined();
});

test('version 2.12 is later than 2.2, and 3.0 than both', () => {
  const version = (text: string) =>
    parseAgreementReference(`DARS-NIC-147750-8GS7S-v${text}`) as NonNullable<
      ReturnType<typeof parseAgreementReference>
    >;
  expect(isLaterVersion(version('2.12'), version('2.2'))).toBe(true);
  expect(isLaterVersion(version('3.0'), version('2.12'))).toBe(true);
  expect(isLaterVersion(version('2.2'), version('2.2'))).toBe(false);
});

test('a file reference has seven digits and goes on when they are used up', () => {
  expect([fileReference(1), fileReference(12_345_678)]).toEqual(['FILE0000001', 'FILE12345678']);
  expect(fileReferenceNumber('FILE0000042')).toBe(42);
  expect(['FILE42', 'file0000042', 'FILE0000042 ', 'FILE00000x2', 'XFILE0000042'].map(fileReferenceNumber)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  fc.assert(fc.property(fc.nat(), (number) => fileReferenceNumber(fileReference(number)) === number));
});

test('canonical JSON has one spelling for one value, and means the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
    }),
  );
  expect(canonicalJson({ '\u20ac': 'Euro', '\r': 'CR', '1': 'One', '\ud83d\ude00': 'Smiley', ö: 'o' })).toBe(
    '{"\\r":"CR","1":"One","ö":"o","€":"Euro","😀":"Smiley"}',
  );
  expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  );
  expect(() => canonicalJson(Number.NaN)).toThrow('finite');
  expect(() => canonicalJson([Number.POSITIVE_INFINITY])).toThrow('finite');
  expect(canonicalJson({ b: 1, a: [{ d: null, c: undefined }] })).toBe('{"a":[{"d":null}],"b":1}');
});

test('a secret prints as redacted wherever it is printed', () => {
  const secret = new Secret('correct horse');
  const printed = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }, { showHidden: true }),
    format('%s %o %O %j', secret, secret, secret, secret),
    Object.entries(secret).join(),
    JSON.stringify(structuredClone({ ...secret })),
    String(new Error(`${secret}`).stack),
  ];
  expect(printed.join('\n')).not.toContain('correct');
  expect(secret.reveal()).toBe('correct horse');
});
