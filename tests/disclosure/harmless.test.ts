import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasValidCheckDigit } from '../../src/kernel/nhs-number.ts';
import { type Cell, type Column, findings, PEOPLE, type Person } from './support.ts';

/** Digits that are the same for the same seed. */
function digits(seed: number, row: number, length: number): string {
  let state = (seed * 2_654_435_761 + row * 40_503) >>> 0;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += String(state >>> 8)
      .padStart(8, '0')
      .slice(0, 4);
  }
  return text.slice(0, length);
}

function harmless(column: Column | Cell, more: Partial<Parameters<typeof findings>[0]> = {}): Promise<string[]> {
  return findings({ columns: { COLUMN: typeof column === 'function' ? { cell: column } : column }, ...more });
}

function people(count: number, change: (index: number) => Partial<Person> = () => ({})): Person[] {
  return Array.from({ length: count }, (_, index) => ({
    number: String(9_900_000_000 + index * 11),
    family: ['SMITH', 'JONES', 'PATEL', 'RAE', 'LEE'][index % 5] as string,
    given: ['OLIVIA', 'GEORGE', 'AMELIA'][index % 3] as string,
    postcode: `LS${1 + (index % 9)} ${index % 10}AB`,
    born: `19${20 + (index % 70)}-0${1 + (index % 9)}-1${index % 10}`,
    ...change(index),
  }));
}

describe('dates that are right', () => {
  test('newborns are admitted on the day of their birth', async () => {
    const newborns = people(50, (index) => ({ born: `2024-0${1 + (index % 9)}-1${index % 10}` }));
    expect(await harmless({ type: 'DATE', cell: ({ born }) => born ?? null }, { people: newborns })).toEqual([]);
    expect(await harmless(({ born }) => born?.replaceAll('-', '') ?? null, { people: newborns })).toEqual([]);
  });

  test('newborns among everybody else', async () => {
    const mixed = people(400, (index) => (index % 10 === 0 ? { born: `2024-06-0${1 + (index % 9)}` } : {}));
    const admitted: Cell = ({ born }, row) => (born?.startsWith('2024') ? born : `2024-05-1${row % 10}`);
    expect(await harmless({ type: 'DATE', cell: admitted }, { people: mixed })).toEqual([]);
  });

  test('a child who never left hospital, in each episode of its one spell', async () => {
    const child: Person = { number: '9990000018', born: '2022-01-05' };
    const rows = Array.from({ length: 20 }, () => child);
    expect(await harmless({ type: 'DATE', cell: () => '2022-01-05' }, { people: [child], rows })).toEqual([]);
  });

  test('a clerk’s mistake in two rows of five hundred', async () => {
    const cell: Cell = ({ born }, row) => (row < 2 ? (born ?? null) : '2024-05-01');
    expect(await harmless({ type: 'DATE', cell }, { people: people(500) })).toEqual([]);
  });
});

describe('numbers that are right', () => {
  test('ten-digit spell numbers pass the check digit one time in eleven, whatever the seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        expect(await harmless((_, row) => digits(seed, row, 10), { people: people(2_000) })).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  test('a spell number that happens to pass stands in all episodes of the spell', async () => {
    const valid = ['9434765919', '4010232137', '4505577104'];
    const all = people(300);
    const cell: Cell = (_, row) => valid[row] ?? digits(3, row % 30, 10);
    expect(valid.every(hasValidCheckDigit)).toBe(true);
    const rows = [0, 1, 2].flatMap(() => all);
    expect(await harmless((person) => cell(person, all.indexOf(person) % 33), { people: all, rows })).toEqual([]);
  });

  test.each<[string, Cell]>([
    ['twelve-digit episode keys', (_, row) => digits(1, row, 12)],
    ['nineteen-digit spell keys', (_, row) => digits(2, row, 19)],
    ['episode keys that count up', (_, row) => String(500_000_000_000 + row)],
    [
      'forty-digit pseudonyms of letters and digits',
      (_, row) =>
        BigInt(digits(4, row, 48))
          .toString(36)
          .toUpperCase(),
    ],
  ])('%s', async (_, cell) => {
    expect(await harmless(cell, { people: people(2_000) })).toEqual([]);
  });
});

describe('codes that are right', () => {
  test('a provider called RAE treats people called Rae', async () => {
    const provider = (person: Person, row: number): string =>
      person.family === 'RAE' && row % 2 === 0 ? 'RAE' : (['RGT', 'RAE', 'R1H', 'RJ1'][row % 4] as string);
    expect(await harmless(provider, { people: people(400) })).toEqual([]);
    expect(await harmless((person, row) => `${provider(person, row)}01`, { people: people(400) })).toEqual([]);
    expect(await harmless((person, row) => `${provider(person, row)} SITE`, { people: people(400) })).toEqual([]);
  });

  test('the only patient of RAE is called Rae', async () => {
    const cell: Cell = ({ family }, row) =>
      family === 'RAE' ? 'RAE' : (['RGT', 'R1H', 'RJ1', 'RTH'][row % 4] as string);
    expect(await harmless(cell, { people: people(5) })).toEqual([]);
  });

  test('a hospital where somebody lives', async () => {
    const cell: Cell = (_, row) => (row % 3 === 0 ? 'LS9 7TF' : null);
    expect(
      await harmless(cell, { people: people(60, (index) => (index === 3 ? { postcode: 'LS9 7TF' } : {})) }),
    ).toEqual([]);
  });

  test('a ward called after a name that some of its patients have', async () => {
    const cell: Cell = (_, row) => ['SMITH WARD', 'JONES WARD', 'OLIVIA NEWTON SUITE'][row % 3] as string;
    expect(await harmless(cell, { people: people(300) })).toEqual([]);
  });

  test.each<[string, Cell]>([
    ['ICD-10', (_, row) => ['E119', 'I10X', 'J18.0', 'Z51', 'S7200A', '-   ', '&'][row % 7] as string],
    ['OPCS-4', (_, row) => ['W371', 'X40.3', 'Z942', '-'][row % 4] as string],
    ['LSOA', (_, row) => `E010${String(10_000 + row).padStart(5, '0')}`],
    ['GP practices', (_, row) => `A8${1_000 + row}`],
    ['sites', (_, row) => ['RAE01', 'RWDLA', 'R1H12', 'NV302'][row % 4] as string],
    ['HRG', (_, row) => ['LB63A', 'EB03E', 'NZ20A', 'WH07G'][row % 4] as string],
    ['SNOMED CT', (_, row) => ['44054006', '371025006', '195967001'][row % 3] as string],
    ['outcodes', (_, row) => ['LS1', 'M60', 'EC1A'][row % 3] as string],
    ['months and years of birth', ({ born }) => `${born?.slice(5, 7)}${born?.slice(0, 4)}`],
    ['years of birth', ({ born }) => born?.slice(0, 4) ?? null],
  ])('%s codes', async (_, cell) => {
    expect(await harmless(cell, { people: people(1_000) })).toEqual([]);
  });

  test('thousands of different codes', async () => {
    const cell: Cell = (_, row) => `E010${String(row).padStart(5, '0')}`;
    expect(await harmless(cell, { people: people(40_000) })).toEqual([]);
  });
});

describe('nothing at all', () => {
  const columns: Readonly<Record<string, Column>> = {
    TEXT: { cell: () => null },
    DAY: { type: 'DATE', cell: () => null },
    COUNT: { type: 'BIGINT', cell: () => null },
    MONTH: { as: 'month', concept: 'date', cell: () => null },
    LOCAL: { class: 'identifier', cell: () => null },
  };

  test('no rows', async () => {
    expect(await findings({ columns, rows: [] })).toEqual([]);
    expect(await findings({ columns, rows: [], identifiability: 'identifiable' })).toEqual([]);
  });

  test('no people', async () => {
    expect(await findings({ columns, people: [] })).toEqual([]);
  });

  test('only missing values', async () => {
    expect(await findings({ columns })).toEqual([]);
  });

  test('no columns but the token', async () => {
    expect(await findings({ columns: {} })).toEqual([]);
  });

  test('people of whom PDS knows no more than the number', async () => {
    const unknown = PEOPLE.map(({ number }) => ({ number }));
    expect(await harmless(() => 'ASHWORTH LS1 4AP 1961-04-09', { people: unknown })).toEqual([]);
  });

  test('rows kept without a token', async () => {
    expect(await findings({ columns: { SEX: { cell: () => '1' } }, token: () => null })).toEqual([]);
  });
});

test('identifiable data hold what names the person, and that is meant', async () => {
  const columns = {
    NUMBER: { cell: ({ number }: Person) => number },
    NAME: { cell: ({ family }: Person) => family ?? null },
  };
  expect(await findings({ columns, identifiability: 'identifiable' })).toEqual([]);
});

test('one letter is no name', async () => {
  const initials = PEOPLE.map((person) => ({ ...person, family: 'A', given: '-' }));
  expect(await harmless(() => 'A', { people: initials })).toEqual([]);
});
