import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClassRisk, classRisk, setRisk, sizeBands } from '../../../src/disclosure/risk/class-risk.ts';
import { measureRisk } from '../../../src/disclosure/risk/measure-risk.ts';
import type { RiskSubject } from '../../../src/disclosure/risk/risk-subject.ts';
import { NO_TERMS } from '../../../src/disclosure/risk/risk-terms.ts';
import { signatureSql } from '../../../src/disclosure/risk/signature-sql.ts';
import { type Database, load, openDatabase } from './support/subject.ts';

const folder = join(import.meta.dirname, '../../../fixtures/disclosure/risk');
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
const COLUMNS = [
  'sex',
  'age',
  'race',
  'marital-status',
  'education',
  'native-country',
  'workclass',
  'occupation',
  'salary-class',
];

let database: Database;
let adult: RiskSubject;
beforeAll(async () => {
  database = await openDatabase();
  const names = COLUMNS.map((name) => `"${name}"`);
  await database.run(
    `CREATE TEMP TABLE adult_rows AS SELECT row_number() OVER () AS person, * FROM read_csv('${join(folder, 'adult.csv')}', delim = ';', header = true, all_varchar = true)`,
  );
  await database.run(`CREATE TEMP TABLE adult AS ${signatureSql('adult_rows', names)}`);
  await database.run('CREATE TEMP TABLE nobody AS FROM adult LIMIT 0');
  adult = {
    quasiIdentifiers: COLUMNS.map((name) => ({ name, levels: [{ form: 'as it is', column: `"${name}"` }] })),
    people: 'adult',
    others: 'nobody',
    sensitive: [],
    events: undefined,
  };
});
afterAll(() => database[Symbol.asyncDispose]());

test('classes, uniques and prosecutor’s risk of Adult are those that ARX expects', async () => {
  const risk = await classRisk(
    adult,
    COLUMNS.map(() => 0),
    5,
    database.ask,
  );
  expect(risk.classes).toBe(expected.equivalence_classes);
  expect(risk.uniques).toBe(expected.sample_uniques);
  expect(risk.prosecutorAverage).toBeCloseTo(expected.sampleAverageRisk, 15);
  expect(risk.prosecutorHighest).toBe(expected.sampleHighestRisk);
  expect(risk.uniques / risk.people).toBeCloseTo(expected.sampleUniqueness, 15);
  // Where the output is the population, journalist and marketer do as well as the prosecutor.
  expect(risk.marketer).toBeCloseTo(expected.sampleAverageRisk, 15);
  expect(risk.population).toBe(30_162);
});

test('the histogram counts everybody once', async () => {
  const bands = await sizeBands(
    adult,
    COLUMNS.map(() => 0),
    database.ask,
  );
  expect(bands.reduce((sum, { people }) => sum + people, 0)).toBe(30_162);
  expect(bands[0]).toMatchObject({ from: 1, to: 1, people: expected.sample_uniques });
});

test('distinction and separation of sets of columns are those that ARX expects', async () => {
  const [names, ...rows] = expected.quasiIdentifierRisk.data as string[][];
  const given = rows.map((values, person) => ({ person, values }));
  const subject = await load(database, given, given, 3, (value) => value);
  const column = (name: string): string => `q${names?.indexOf(name)}_0`;
  for (const [set, [distinction, separation]] of Object.entries(
    expected.quasiIdentifierRisk.distinction_separation as Record<string, [number, number]>,
  )) {
    const found = await setRisk(subject.people, set.split(',').map(column), database.ask);
    expect([set, found.distinction, found.separation]).toEqual([
      set,
      expect.closeTo(distinction, 12),
      expect.closeTo(separation, 12),
    ]);
  }
});

test('ARX’s small example has its risk before and after it is generalised', async () => {
  const risk = async (rows: readonly (readonly string[])[]): Promise<ClassRisk> => {
    const given = rows.map((values, person) => ({ person, values }));
    return classRisk(await load(database, given, given, 3, (value) => value), [0, 0, 0], 2, database.ask);
  };
  const { tiny } = expected;
  expect((await risk(tiny.data)).prosecutorAverage).toBe(tiny.averageRisk);
  const generalised = (tiny.data as [string, string, string][]).map(([age, , zip]) => [
    Number(age) < 50 ? '<50' : '>=50',
    '*',
    `${zip.slice(0, 3)}**`,
  ]);
  const after = await risk(generalised);
  expect(after.prosecutorAverage).toBeCloseTo(tiny['after 2-anonymity'].averageRisk, 15);
  expect(after.prosecutorHighest).toBe(tiny['after 2-anonymity'].highestRisk);
});

test('the recoding of Adult that is proposed brings it under its threshold', async () => {
  const terms = { ...NO_TERMS, k: 2, at_most: { prosecutor_highest: 0.5 } };
  const risk = await measureRisk(adult, terms, database.ask, database.run);
  expect(risk.breaches).toEqual([{ measure: 'prosecutor_highest', value: 1, limit: 0.5 }]);
  expect(risk.proposals[0]?.after.prosecutorHighest).toBeLessThanOrEqual(0.5);
  expect(risk.proposals[0]?.changes.length).toBeGreaterThan(0);
});
