import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/engine/connect.ts';
import { linkageDatabase } from '../../src/engine/linkage-database.ts';
import type { LinkageDatabase } from '../../src/linkage/database.ts';
import { CANDIDATE_RULES } from '../../src/linkage/trace/candidate-keys.ts';
import { fetchRecords } from '../../src/linkage/trace/fetch-records.ts';
import { findCandidates } from '../../src/linkage/trace/find-candidates.ts';
import type { PdsTables } from '../../src/linkage/trace/trace-tables.ts';

interface Person {
  readonly born?: string;
  readonly given?: string;
  readonly family?: string;
  readonly postcode?: string;
}

interface PdsRecord extends Person {
  readonly number: number;
  readonly supersededBy?: number;
  readonly sensitive?: boolean;
  readonly formerNames?: readonly string[];
  readonly formerHomes?: readonly string[];
}

const text = (value: string | undefined): string => (value === undefined ? 'NULL' : `'${value}'`);
const list = (values: readonly string[] | undefined): string =>
  values === undefined ? 'NULL' : `[${values.map((value) => text(value)).join(', ')}]`;

let instance: Awaited<ReturnType<typeof connect>>['instance'];
let connection: Awaited<ReturnType<typeof connect>>['connection'];
let database: LinkageDatabase;
beforeAll(async () => {
  ({ instance, connection } = await connect({ memory: '1GB', threads: 2 }));
  database = linkageDatabase(connection);
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

/** PDS of these records, and the batch of these participants. */
async function given(records: readonly PdsRecord[], participants: readonly Person[]): Promise<PdsTables> {
  const rows = records.map(
    (each) =>
      `('${each.number}', ${each.supersededBy === undefined}, ${each.sensitive === true}, ${text(each.given)}, ${text(each.family)}, NULL, CAST(${text(each.born)} AS DATE), NULL, ${text(each.postcode)}, ${list(each.formerNames)}, ${list(each.formerHomes)})`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE pds (number VARCHAR, is_current BOOLEAN, sensitive BOOLEAN, given_name VARCHAR, family_name VARCHAR, other_given_name VARCHAR, born DATE, gender VARCHAR, postcode VARCHAR, former_family_name VARCHAR[], former_postcode VARCHAR[])`,
  );
  await database.execute(`INSERT INTO pds VALUES ${rows.join(', ')}`);
  await database.execute(
    'CREATE OR REPLACE TEMP TABLE succession ("#superseded" BIGINT, "#root" BIGINT, "#current" BIGINT)',
  );
  for (const { number, supersededBy } of records) {
    if (supersededBy !== undefined)
      await database.execute(`INSERT INTO succession VALUES (${number}, ${supersededBy}, ${supersededBy || 'NULL'})`);
  }
  const sought = participants.map(
    (each, row) =>
      `(${row}, ${text(each.given)}, ${text(each.family)}, CAST(${text(each.born)} AS DATE), ${text(each.postcode)})`,
  );
  await database.execute(
    'CREATE OR REPLACE TEMP TABLE "#trace batch" (row INTEGER, given_name VARCHAR, family_name VARCHAR, born DATE, postcode VARCHAR)',
  );
  await database.execute(`INSERT INTO "#trace batch" VALUES ${sought.join(', ')}`);
  await database.execute('CREATE OR REPLACE TEMP TABLE "#trace by number" (row INTEGER, person BIGINT, rank INTEGER)');
  await database.execute(
    'CREATE OR REPLACE TEMP TABLE "#trace decisions" (row INTEGER, person BIGINT, is_same BOOLEAN)',
  );
  const former = ['former_family_name', 'former_postcode'] as const;
  return { records: 'pds', all: 'pds', succession: 'succession', former, rows: records.length };
}

/** Of each candidate the rules that found them. */
async function candidates(
  records: readonly PdsRecord[],
  participant: Person,
): Promise<Readonly<Record<number, readonly string[]>>> {
  await findCandidates(database, await given(records, [participant]));
  const found = await database.rows('SELECT person, rules FROM "#trace found" ORDER BY person');
  return Object.fromEntries(
    found.map((row) => [
      Number(row['person']),
      CANDIDATE_RULES.filter((_, rule) => (Number(row['rules']) >> rule) % 2 === 1),
    ]),
  );
}

const PERCIVAL = { born: '1961-04-09', given: 'Percival', family: 'Ashworth', postcode: 'LS1 4AP' };
const RECORD: PdsRecord = { number: 9990000018, ...PERCIVAL };

describe('who agrees on nothing else is found by', () => {
  test.each<[string, Person]>([
    ['date of birth + sound of family name', { born: '1961-04-09', family: 'Ashworthe' }],
    ['date of birth + sound of given name', { born: '1961-04-09', given: 'Percivalle', family: 'Zebedee' }],
    ['date of birth + outcode', { born: '1961-04-09', given: 'Zeb', postcode: 'ls1 9zz' }],
    ['given name + family name + year of birth', { born: '1961-12-31', given: 'PERCIVAL', family: 'Ash-worth' }],
    [
      'given name + family name + day and month of birth',
      { born: '1916-04-09', given: 'Percival', family: 'Ashworth' },
    ],
    ['given name + family name + outcode', { given: 'Percival', family: 'Ashworth', postcode: 'LS1 9ZZ' }],
    ['postcode + start of given name', { given: 'Pete', postcode: 'LS14AP' }],
    ['postcode + start of family name', { family: 'Ashby', postcode: 'LS1 4AP' }],
    ['postcode + year of birth', { born: '1961-12-31', postcode: 'LS1 4AP' }],
    ['names swapped + year of birth', { born: '1961-12-31', given: 'Ashworth', family: 'Percival' }],
    ['names swapped + day and month of birth', { born: '1916-04-09', given: 'Ashworth', family: 'Percival' }],
  ])('%s', async (rule, participant) => {
    expect(await candidates([RECORD], participant)).toEqual({ 9990000018: [rule] });
  });

  test('no rule, where what is missing on both sides would agree', async () => {
    const bare: PdsRecord = { number: 9990000018, born: '1961-04-09' };
    expect(await candidates([bare], { born: '1961-04-09' })).toEqual({});
    expect(await candidates([{ number: 9990000018 }], PERCIVAL)).toEqual({});
  });
});

describe('a history', () => {
  const former: PdsRecord = {
    number: 9990000018,
    ...PERCIVAL,
    formerNames: ['Trevelyan'],
    formerHomes: ['YO1 7HH', 'PE30 1AA'],
  };

  test('of names is looked through, beside all that is so now', async () => {
    const found = await candidates([former], { ...PERCIVAL, family: 'Trevelyan', postcode: 'LS1 9ZZ' });
    expect(found[9990000018]).toEqual(CANDIDATE_RULES.slice(0, 6));
  });

  test('of homes is looked through by the whole postcode', async () => {
    const found = await candidates([former], {
      ...PERCIVAL,
      born: '1961-12-31',
      family: 'Ashby',
      postcode: 'PE30 1AA',
    });
    expect(found[9990000018]).toEqual(CANDIDATE_RULES.slice(6, 9));
    expect(await candidates([former], { given: 'Percival', family: 'Ashworth', postcode: 'PE30 9ZZ' })).toEqual({});
  });

  test('that superseded records tell is that of who they lead to; of nobody where they lead to nobody', async () => {
    const old = { number: 9990000026, supersededBy: 9990000018, born: '1985-12-31', family: 'Bracegirdle' };
    const asked = { born: '1985-12-31', family: 'Bracegirdle' };
    expect(Object.keys(await candidates([RECORD, old], asked))).toEqual(['9990000018']);
    expect(await candidates([RECORD, { ...old, supersededBy: 0 }], asked)).toEqual({});
  });

  test('is fetched with the record, what it lists and what superseded ones were', async () => {
    const old: PdsRecord = { number: 9990000026, supersededBy: 9990000018, family: 'Quill', postcode: 'B33 8TH' };
    const pds = await given([former, { ...old, formerHomes: ['EX1 1AA'] }], [PERCIVAL]);
    await findCandidates(database, pds);
    await fetchRecords(database, pds, false);
    const [row] = await database.rows(
      `SELECT count(*) AS n, list_sort(any_value(former_family_name)) AS names, list_sort(any_value(former_postcode)) AS homes FROM "#trace fetched"`,
    );
    expect(row).toEqual({
      n: '1',
      names: ['Quill', 'Trevelyan'],
      homes: ['B33 8TH', 'EX1 1AA', 'PE30 1AA', 'YO1 7HH'],
    });
  });
});

test('where a sensitive record’s person lives or lived finds nobody, and is not fetched', async () => {
  const hidden: PdsRecord = { ...RECORD, sensitive: true, formerHomes: ['YO1 7HH'] };
  for (const postcode of ['LS1 4AP', 'YO1 7HH']) {
    expect(await candidates([hidden], { given: 'Pete', family: 'Ashby', born: '1961-12-31', postcode })).toEqual({});
  }
  const pds = await given([hidden], [PERCIVAL]);
  await findCandidates(database, pds);
  await fetchRecords(database, pds, false);
  const [row] = await database.rows(
    'SELECT count(*) AS n, count(postcode) + count(former_postcode) AS homes FROM "#trace fetched"',
  );
  expect(row).toEqual({ n: '1', homes: '0' });
});

describe('a key that many records have', () => {
  const namesakes = (count: number): PdsRecord[] =>
    Array.from({ length: count }, (_, index) => ({
      number: 9990001000 + index,
      born: '1961-04-09',
      family: 'Ashworth',
      postcode: `B33 ${Math.floor(index / 26) % 10}A${String.fromCharCode(65 + (index % 26))}`,
    }));
  const asked = { born: '1961-04-09', family: 'Ashworth', postcode: 'B33 0AA' };

  test('makes candidates of all while it is one of few', async () => {
    expect(Object.keys(await candidates(namesakes(32), { ...asked, postcode: 'M1 1AE' }))).toHaveLength(32);
  });

  test('makes candidates of those alone whom another key finds besides', async () => {
    expect(await candidates(namesakes(33), { ...asked, postcode: 'M1 1AE' })).toEqual({});
    const found = await candidates([...namesakes(60), RECORD], { ...PERCIVAL, given: 'Zeb', postcode: 'B33 9ZZ' });
    expect(Object.keys(found)).toHaveLength(60);
    expect(Object.keys(await candidates(namesakes(250), asked))).toContain('9990001000');
  });

  test('makes none where it is one of hundreds', async () => {
    const found = await candidates(namesakes(501), asked);
    // The first lives there; of the others only date of birth, sound and outcode agree, which five hundred have.
    expect(Object.keys(found)).toEqual(['9990001000', '9990001260']);
  });
});
