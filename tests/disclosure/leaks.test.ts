import { describe, expect, test } from 'vitest';
import { type Cell, type Column, findings, PEOPLE, type Person } from './support.ts';

const [first] = PEOPLE as [Person];

/** A column among others that are harmless, with its leak in one row only or in each. */
async function leak(column: Column | Cell, more: Partial<Parameters<typeof findings>[0]> = {}): Promise<string[]> {
  return findings({
    columns: {
      KEY: { cell: (_, row) => `5000000000${10 + row}` },
      LEAK: typeof column === 'function' ? { cell: column } : column,
      SEX: { cell: (_, row) => String(1 + (row % 2)) },
    },
    ...more,
  });
}

/** Only the first person’s row tells; the others say nothing of theirs. */
function once(cell: (person: Person) => string, other = 'E119'): Cell {
  return (person) => (person === first ? cell(person) : other);
}

const spaced = (number: string): string => `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;

describe('the person’s own NHS number', () => {
  test.each<[string, Cell]>([
    ['in every row', ({ number }) => number],
    ['in one row', once(({ number }) => number)],
    ['with spaces', once(({ number }) => spaced(number))],
    ['with hyphens', once(({ number }) => spaced(number).replaceAll(' ', '-'))],
    ['inside longer text', once(({ number }) => `pt ${number} seen`)],
    ['with spaces inside longer text', once(({ number }) => `pt ${spaced(number)} seen`)],
    ['run together with other digits', once(({ number }) => `00${number}99`)],
    ['an old number of the tree', (person) => person.former?.[0]?.number ?? 'E119'],
    ['an old number of the tree, with spaces', (person) => spaced(person.former?.[0]?.number ?? 'E119')],
  ])('%s', async (_, cell) => {
    expect(await leak(cell)).toEqual(['own-nhs-number LEAK']);
  });

  test('as a number', async () => {
    expect(await leak({ type: 'BIGINT', cell: ({ number }) => number })).toEqual(['own-nhs-number LEAK']);
  });

  test('in one row of a column with thousands of other values', async () => {
    const people = manyPeople(40_000);
    const cell: Cell = ({ number }, row) => (row === 31_007 ? `x${number}` : `note ${row}`);
    expect(await leak(cell, { people })).toEqual(['own-nhs-number LEAK']);
  });
});

describe('the person’s own name', () => {
  test.each<[string, Cell]>([
    ['the family name in every row', ({ family }) => family ?? null],
    ['the given name in every row', ({ given }) => given ?? null],
    ['the family name in one row', once(({ family }) => family ?? '')],
    ['the given name in one row', once(({ given }) => given ?? '')],
    ['in other letters', once(() => 'Ashworth')],
    ['inside longer text', once(() => 'Mr Ashworth, 63, came in')],
    ['between signs', once(() => 'name=ashworth;sex=1')],
    ['next to digits', once(() => 'ASHWORTH1961')],
    ['both names in one text', ({ family, given }) => `${family}, ${given}`],
    ['an old name', (person) => person.former?.[0]?.family ?? 'E119'],
  ])('%s', async (_, cell) => {
    expect(await leak(cell)).toEqual(['own-name LEAK']);
  });

  test.each<[string, Partial<Person>, string]>([
    ['with an apostrophe', { family: "O'BRIEN" }, 'O’Brien'],
    ['with a hyphen', { family: 'SMITH-JONES' }, 'Smith Jones'],
    ['of several words', { family: 'VAN DER BERG' }, 'Dr van der Berg'],
    ['with letters beyond ASCII', { family: 'ŁUKASIEWICZ' }, 'Łukasiewicz'],
  ])('a name %s', async (_, change, value) => {
    const people = [{ ...first, ...change }, ...PEOPLE.slice(1)];
    expect(await leak((person) => (person === people[0] ? value : 'E119'), { people })).toEqual(['own-name LEAK']);
  });

  test('a further given name', async () => {
    const people = [{ ...first, other: 'LANCELOT' }, ...PEOPLE.slice(1)];
    const cell: Cell = (person) => (person === people[0] ? 'known as Lancelot' : 'E119');
    expect(await leak(cell, { people })).toEqual(['own-name LEAK']);
  });

  test('short names, where they are most of a column', async () => {
    const people = ['LEE', 'RAE', 'FOX', 'COX'].map((family, index) => ({ ...(PEOPLE[index] as Person), family }));
    expect(await leak(({ family }) => family ?? null, { people })).toEqual(['own-name LEAK']);
  });

  test('in one row of a column with thousands of other values', async () => {
    const people = manyPeople(40_000);
    const cell: Cell = ({ family }, row) => (row === 31_007 ? `seen: ${family}` : `NOTE ${row}`);
    expect(await leak(cell, { people })).toEqual(['own-name LEAK']);
  });
});

describe('the person’s own postcode', () => {
  test.each<[string, Cell]>([
    ['in every row', ({ postcode }) => postcode ?? null],
    ['in one row', once(({ postcode }) => postcode ?? '')],
    ['without the space', once(() => 'LS14AP')],
    ['in small letters', once(() => 'ls1 4ap')],
    ['inside an address', once(() => '1 Mill Lane, Leeds, LS1 4AP')],
    ['of an old address', (person) => person.former?.[0]?.postcode ?? 'E119'],
  ])('%s', async (_, cell) => {
    expect(await leak(cell)).toEqual(['own-postcode LEAK']);
  });
});

describe('dates of birth', () => {
  const written: readonly [string, (born: string) => string][] = [
    ['as 19610409', (born) => born.replaceAll('-', '')],
    ['as 1961-04-09', (born) => born],
    ['as 09/04/1961', (born) => born.split('-').reverse().join('/')],
    ['as 09041961', (born) => born.split('-').reverse().join('')],
    ['as 09.04.1961', (born) => born.split('-').reverse().join('.')],
    ['as 1961-04-09 00:00:00', (born) => `${born} 00:00:00`],
    ['inside longer text', (born) => `b. ${born}, seen`],
  ];

  test('in a column of dates', async () => {
    expect(await leak({ type: 'DATE', cell: ({ born }) => born ?? null })).toEqual(['reads-like-birth-dates LEAK']);
  });

  test('in a column of dates that only one row fills', async () => {
    const cell: Cell = (person) => (person === first ? (person.born ?? null) : null);
    expect(await leak({ type: 'DATE', cell })).toEqual(['reads-like-birth-dates LEAK']);
  });

  test.each(written)('as text %s', async (_, write) => {
    expect(await leak(({ born }) => write(born ?? ''))).toEqual(['reads-like-birth-dates LEAK']);
  });

  test('with the month’s name', async () => {
    expect(await leak((person) => (person === first ? '9 Apr 1961'.padStart(11, '0') : null))).toEqual([
      'reads-like-birth-dates LEAK',
    ]);
  });

  test('in one row of fifty, beside dates that are right', async () => {
    const people = manyPeople(500);
    const cell: Cell = ({ born }, row) => (row % 50 === 0 ? (born ?? null) : '2024-06-01');
    expect(await leak({ type: 'DATE', cell }, { people })).toEqual(['reads-like-birth-dates LEAK']);
  });

  test('of small children, where most of them have it', async () => {
    const people = manyPeople(30).map((person) => ({ ...person, born: '2021-05-05' }));
    expect(await leak({ type: 'DATE', cell: ({ born }) => born ?? null }, { people })).toEqual([
      'reads-like-birth-dates LEAK',
    ]);
  });
});

describe('somebody else’s', () => {
  /** Valid numbers of nobody in the release. */
  const strangers = [
    '9434765919',
    '4010232137',
    '4505577104',
    '9876543210',
    '9449304424',
    '9449305552',
    '9449306621',
    '9693632125',
  ];

  test('NHS numbers', async () => {
    const rows = Array.from({ length: 8 }, (_, index) => PEOPLE[index % 4] as Person);
    expect(await leak((_, row) => strangers[row] ?? null, { rows })).toEqual(['reads-like-nhs-numbers LEAK']);
  });

  test('NHS numbers, written with spaces', async () => {
    const rows = Array.from({ length: 8 }, (_, index) => PEOPLE[index % 4] as Person);
    expect(await leak((_, row) => spaced(strangers[row] ?? ''), { rows })).toEqual(['reads-like-nhs-numbers LEAK']);
  });

  test('postcodes', async () => {
    const postcodes = ['SW1A 1AA', 'M1 1AE', 'CR2 6XH', 'DN55 1PT', 'W1A0AX', 'EC1A 1BB'];
    const rows = Array.from({ length: 6 }, (_, index) => PEOPLE[index % 4] as Person);
    expect(await leak((_, row) => postcodes[row] ?? null, { rows })).toEqual(['reads-like-postcodes LEAK']);
  });
});

describe('columns that are not what they are declared to be', () => {
  const detail: readonly [NonNullable<Column['as']>, NonNullable<Column['concept']>, good: string, more: string][] = [
    ['month', 'date', '2024-05', '2024-05-01'],
    ['quarter', 'date', '2024-Q2', '2024-05'],
    ['year', 'date', '2024', '2024-05'],
    ['mmyyyy', 'date_of_birth', '041961', '09041961'],
    ['age', 'date_of_birth', '63', '1961'],
    ['age_band_5', 'date_of_birth', '60-64', '63'],
    ['age_band_10', 'date_of_birth', '90+', '97'],
    ['outcode', 'postcode', 'LS1', 'LS1 4ZZ'],
    ['area', 'postcode', 'LS', 'LS1'],
    ['3_characters', 'icd10', 'E11', 'E119'],
    ['chapter', 'icd10', 'IV', 'E11'],
    ['msoa', 'lsoa', 'E02000001', 'E01000001'],
    ['local_authority', 'lsoa', 'E09000001', 'E02000001'],
    ['region', 'lsoa', 'E12000007', 'E09000001'],
  ];

  test.each(detail)('more detail than %s', async (as, concept, good, more) => {
    const column = (cell: Cell): Column => ({ as, concept, cell });
    expect(await leak(column(() => good))).toEqual([]);
    expect(await leak(column((_, row) => (row === 2 ? more : good)))).toEqual(['more-detail LEAK']);
    expect(
      await leak(
        column(() => more),
        { identifiability: 'identifiable' },
      ),
    ).toEqual(['more-detail LEAK']);
  });

  test('a whole date where a month is declared', async () => {
    expect(await leak({ as: 'month', concept: 'date', type: 'DATE', cell: () => '2024-05-01' })).toEqual([
      'more-detail LEAK',
    ]);
  });

  test('an identifier that is no token', async () => {
    const token = (_: Person, row: number) => `${row}`.repeat(32);
    expect(await leak({ class: 'identifier', cell: token })).toEqual([]);
    expect(
      await leak({ class: 'identifier', cell: (person, row) => (row === 3 ? 'L-0001' : token(person, row)) }),
    ).toEqual(['not-a-token LEAK']);
    expect(await leak({ class: 'identifier', cell: () => 'abcdef0123456789abcdef0123456789' })).toEqual([
      'not-a-token LEAK',
    ]);
  });

  test('a person’s token that is none', async () => {
    expect(await findings({ columns: { SEX: { cell: () => '1' } }, token: ({ number }) => number })).toEqual([
      'not-a-token TOKEN_PERSON_ID',
      'unknown-token TOKEN_PERSON_ID',
    ]);
  });

  test('a person’s token behind which nobody stands', async () => {
    const stranger: Person = { number: '9434765919' };
    const rows = [...PEOPLE, stranger];
    expect(await findings({ rows, columns: { SEX: { cell: () => '1' } } })).toEqual(['unknown-token TOKEN_PERSON_ID']);
  });

  test('a column that is not declared', async () => {
    const columns = { SEX: { cell: () => '1' }, EXTRA: { cell: () => 'x' } };
    expect(await findings({ columns, declared: ['SEX'] })).toEqual(['column-not-declared EXTRA']);
  });

  test('a column that was lost', async () => {
    const columns = { SEX: { cell: () => '1' } };
    expect(await findings({ columns, declared: ['SEX', 'SEX2'], granted: [{ from: 'SEX', as: undefined }] })).toEqual([
      'column-lost SEX2',
      'column-not-granted SEX2',
    ]);
  });

  test('a column that is not granted, or only in a coarser form', async () => {
    const columns: Record<string, Column> = {
      SEX: { cell: () => '1' },
      DAY: { concept: 'date', cell: () => '2024-05-01' },
    };
    expect(await findings({ columns, granted: [{ from: 'DAY', as: 'month' }] })).toEqual([
      'column-not-granted SEX',
      'column-not-granted DAY',
    ]);
  });
});

test('several leaks are all named', async () => {
  const found = await findings({
    columns: {
      A: { cell: ({ number }) => number },
      B: { cell: ({ family, postcode }) => `${family} ${postcode}` },
      C: { type: 'DATE', cell: ({ born }) => born ?? null },
    },
  });
  expect(found.sort()).toEqual(['own-name B', 'own-nhs-number A', 'own-postcode B', 'reads-like-birth-dates C']);
});

/** People with numbers, names and birthdays of their own. */
function manyPeople(count: number): Person[] {
  const letters = (value: number): string => [...String(value)].map((digit) => 'KLMNPRSTVW'[Number(digit)]).join('');
  return Array.from({ length: count }, (_, index) => ({
    number: String(9_900_000_000 + index * 7),
    family: `QU${letters(100_000 + index)}`,
    given: `YV${letters(500_000 + index)}`,
    postcode: `ZE${1 + (index % 9)} ${index % 10}${letters(10 + (index % 90))}`,
    born: `19${10 + (index % 80)}-0${1 + (index % 9)}-1${index % 10}`,
  }));
}
