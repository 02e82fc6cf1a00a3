import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLaterVersion, parseAgreementReference } from '../../src/kernel/agreement-reference.ts';
import { type CalendarDate, calendarPeriod, daysBetween, parseCalendarDate } from '../../src/kernel/calendar-date.ts';
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
  expect(parseAgreementReference('NIC-154590-YG6QH ')).toBeUndefined();
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
  expect(fileReferenceNumber('FILE42')).toBeUndefined();
});

test('canonical JSON has one spelling for one value, and means the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
    }),
  );
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
  ];
  expect(printed.join('\n')).not.toContain('correct');
  expect(secret.reveal()).toBe('correct horse');
});
