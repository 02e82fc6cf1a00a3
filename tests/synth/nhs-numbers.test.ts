import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Fault } from '../../src/kernel/fault.ts';
import { hasValidCheckDigit } from '../../src/kernel/nhs-number.ts';
import { nhsNumber, nhsNumberText } from '../../src/synth/nhs-numbers.ts';
import { select, through } from '../../src/synth/sql.ts';

/** Enough for all the ranges but a few numbers of the last. */
const ALL = 221_000_000;

/** Ranges that are never issued to a person: test numbers, and those left between the four nations' ranges. */
const NEVER_ISSUED = [
  ['0000000010', '0099999999'],
  ['3111000000', '3199999999'],
  ['5000000000', '5999999999'],
  ['8600000000', '8999999999'],
  ['9000000000', '9999999999'],
] as const;

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => connection.closeSync());

async function numbers(from: number, to: number, count = ALL, seed = 1): Promise<readonly string[]> {
  const query = through(
    `SELECT i FROM range(${from}, ${to}) t(i)`,
    nhsNumber(seed, count, 'i', 'number'),
    select({ nhs_number: nhsNumberText('number', count) }),
  );
  return (await connection.runAndReadAll(query)).getRows().map((row) => String(row[0]));
}

function neverIssued(number: string): boolean {
  return NEVER_ISSUED.some(([first, last]) => number >= first && number <= last);
}

describe('the NHS numbers of synthetic people', () => {
  const starts = [0, 890_000, 40_000_000, 89_990_000, 116_000_000, 130_000_000, 207_000_000, 214_500_000, 222_990_000];

  test.each(starts)('from index %i on are ten digits with their check digit, never issued, distinct', async (start) => {
    const made = await numbers(start, start + 10_000);
    expect(made.filter((number) => !/^\d{10}$/.test(number))).toEqual([]);
    expect(made.filter((number) => !hasValidCheckDigit(number))).toEqual([]);
    expect(made.filter((number) => !neverIssued(number))).toEqual([]);
    expect(new Set(made).size).toBe(made.length);
  });

  test('begin in the 999 range and leave it only when it is used up', async () => {
    const made = await numbers(899_000, 900_000);
    expect(made.findIndex((number) => !number.startsWith('999'))).toBe(991);
  });

  test('differ over a whole range, which the database counts', async () => {
    const query = through(
      'SELECT i FROM range(1000000) t(i)',
      nhsNumber(7, 1_000_000, 'i', 'number'),
      select({ number: 'number' }),
    );
    const counted = await connection.runAndReadAll(`SELECT count(DISTINCT number)::INTEGER FROM (${query})`);
    expect(counted.getRows()[0]?.[0]).toBe(1_000_000);
  });

  test('of an index depend on the seed, not on how many there are', async () => {
    expect(await numbers(0, 100, 200)).toEqual(await numbers(0, 100, ALL));
    expect(await numbers(0, 100, 200, 2)).not.toEqual(await numbers(0, 100, 200, 1));
  });

  test('are never one digit repeated, nor d00000000d, which some systems refuse', async () => {
    const refused = Array.from({ length: 10 }, (_, digit) => [
      `${digit}`.repeat(10),
      `${digit}00000000${digit}`,
    ]).flat();
    const query = through(
      `SELECT i FROM range(0, 900000) t(i)`,
      nhsNumber(1, ALL, 'i', 'number'),
      select({ number: 'number' }),
    );
    const found = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER FROM (${query}) WHERE number::VARCHAR IN ('${refused.join("', '")}')`,
    );
    expect(found.getRows()[0]?.[0]).toBe(0);
  });

  test('do not suffice for more people than there are numbers', () => {
    expect(() => nhsNumber(1, 300_000_000, 'i', 'number')).toThrow(Fault);
  });
});
