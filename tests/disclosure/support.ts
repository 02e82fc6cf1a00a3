import { createHash } from 'node:crypto';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'vitest';
import type { Grant, Identifiability } from '../../src/agreement/agreement-schema.ts';
import type { ColumnClass, ColumnConcept, Dataset } from '../../src/catalogue/dataset.ts';
import type { Derivation } from '../../src/catalogue/derivation.ts';
import { Airlock } from '../../src/disclosure/airlock.ts';
import { quoteName } from '../../src/relation/print-sql.ts';

export interface Person {
  readonly number: string;
  readonly family?: string;
  readonly given?: string;
  readonly other?: string;
  readonly postcode?: string;
  readonly born?: string;
  /** Superseded records, which lead to this one. */
  readonly former?: readonly Omit<Person, 'former'>[];
}

/** Four people with nothing in common. */
export const PEOPLE: readonly Person[] = [
  { number: '9990000018', family: 'ASHWORTH', given: 'PERCIVAL', postcode: 'LS1 4AP', born: '1961-04-09' },
  {
    number: '9990000026',
    family: 'BRACEGIRDLE',
    given: 'OLWEN',
    postcode: 'LS1 4AQ',
    born: '1985-12-31',
    former: [{ number: '9990000034', family: 'HALLIWELL', given: 'OLWEN', postcode: 'M60 1NW', born: '1985-12-31' }],
  },
  { number: '9990000042', family: 'CHOLMONDELEY', given: 'TABITHA', postcode: 'YO1 7HH', born: '1990-02-28' },
  { number: '9990000050', family: 'DUNWOODY', given: 'ENID', postcode: 'LS2 8BB', born: '1950-07-07' },
];

/** What a value of a column is made from. */
export type Cell = (person: Person, row: number) => string | null;

export interface Column {
  readonly cell: Cell;
  readonly type?: 'VARCHAR' | 'DATE' | 'BIGINT';
  readonly class?: ColumnClass;
  readonly concept?: ColumnConcept;
  /** What the file declares the column to be, where it is not itself. */
  readonly as?: Derivation;
}

/** A finished output, the people behind it, and what it declares to be; all of it granted unless said otherwise. */
export interface Output {
  readonly people?: readonly Person[];
  /** Who each row is about; by default each person once. */
  readonly rows?: readonly Person[];
  readonly columns: Readonly<Record<string, Column>>;
  readonly identifiability?: Identifiability;
  readonly from?: string;
  /** What is granted, declared, or there, other than all of the columns. */
  readonly granted?: Grant['fields'];
  readonly declared?: readonly string[];
  readonly token?: (person: Person) => string | null;
}

let connected: Promise<DuckDBConnection> | undefined;

/** One DuckDB for all tests of a file; its tables are made anew for each. */
function connection(): Promise<DuckDBConnection> {
  connected ??= DuckDBInstance.create(':memory:', { threads: '2' }).then((instance) => instance.connect());
  return connected;
}

/** The findings as `code column`. None says anything of a person. */
export async function findings(output: Output): Promise<string[]> {
  const people = output.people ?? PEOPLE;
  const rows = output.rows ?? people;
  const duckdb = await connection();
  const run = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowObjectsJson();
  const fill = async (table: string, columns: readonly string[], values: readonly (readonly (string | null)[])[]) => {
    await run(`CREATE OR REPLACE TABLE raw (${columns.map((_, index) => `c${index} VARCHAR`).join(', ')})`);
    const appender = await duckdb.createAppender('raw');
    for (const row of values) {
      for (const value of row) value === null ? appender.appendNull() : appender.appendVarchar(value);
      appender.endRow();
    }
    appender.closeSync();
    await run(`CREATE OR REPLACE TEMP TABLE ${quoteName(table)} (${columns.join(', ')})`);
    await run(`INSERT INTO ${quoteName(table)} SELECT * FROM raw`);
  };
  const former = people.flatMap((person) => (person.former ?? []).map((old) => ({ ...old, current: person.number })));
  await fill(
    'pds',
    [
      'nhs_number VARCHAR',
      'family_name VARCHAR',
      'given_name VARCHAR',
      'other_given_name VARCHAR',
      'postcode VARCHAR',
      'date_of_birth DATE',
    ],
    [...people, ...former].map(({ number, family, given, other, postcode, born }) =>
      [number, family, given, other, postcode, born].map((value) => value ?? null),
    ),
  );
  await fill(
    '#tokens',
    ['"#person" BIGINT', '"#token" VARCHAR'],
    people.map((person) => [person.number, tokenOf(person)]),
  );
  await fill(
    '#succession',
    ['"#superseded" BIGINT', '"#root" BIGINT', '"#current" BIGINT'],
    former.map(({ number, current }) => [number, current, current]),
  );
  const columns = Object.entries(output.columns);
  const pseudonymised = (output.identifiability ?? 'pseudonymised') === 'pseudonymised';
  await fill(
    '#output',
    [
      ...(pseudonymised ? ['"TOKEN_PERSON_ID" VARCHAR'] : []),
      ...columns.map(([name, { type = 'VARCHAR' }]) => `${quoteName(name)} ${type}`),
    ],
    rows.map((person, row) => [
      ...(pseudonymised ? [(output.token ?? tokenOf)(person)] : []),
      ...columns.map(([, { cell }]) => cell(person, row)),
    ]),
  );
  const found = await new Airlock(briefOf(output), run).look({
    output: '"#output"',
    tokens: '"#tokens"',
    succession: '"#succession"',
    pds: 'pds',
  });
  for (const { message } of found) {
    for (const secret of secretsOf(people)) expect(message.toUpperCase()).not.toContain(secret);
  }
  expect(await run(`SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '#airlock%'`)).toEqual([]);
  return found.map(({ code, column }) => `${code} ${column}`);
}

export function tokenOf({ number }: Person): string {
  return createHash('sha256').update(number).digest('hex').slice(0, 32).toUpperCase();
}

function secretsOf(people: readonly Person[]): string[] {
  return people
    .slice(0, 100)
    .flatMap(({ number, family, given, postcode, born }) => [number, family, given, postcode, born])
    .filter((text): text is string => text !== undefined && text.length > 4)
    .map((text) => text.toUpperCase());
}

function briefOf({ columns, identifiability, from, granted, declared }: Output) {
  const dataset: Dataset = {
    dataset: 'clinic',
    title: 'Clinic',
    abbreviation: 'CLINIC',
    owner: 'owner',
    person_key: 'NHS_NUMBER',
    key: ['KEY'],
    missing_dates: [],
    columns: Object.entries(columns).map(([name, { class: kind = 'plain', concept }]) => ({
      name,
      type: 'text',
      class: kind,
      ...(concept === undefined ? {} : { concept }),
      description: name,
    })),
  };
  const all = Object.entries(columns).map(([name, { as }]) => ({ name, of: 'own' as const, from: name, as }));
  const grant: Grant = {
    dataset: 'clinic',
    products: ['extract'],
    sensitive: false,
    period: { from: from ?? '2024-04-01', to: '2025-03-31' } as Grant['period'],
    fields: granted ?? all.map(({ from: name, as }) => ({ from: name, as })),
    opt_outs: { apply: true },
    unresolved: 'exclude',
    restricted_codes: { withhold: true },
  };
  return {
    dataset,
    pds: { ...dataset, dataset: 'pds', columns: [] },
    grant,
    pdsGrant: undefined,
    identifiability: identifiability ?? ('pseudonymised' as const),
    declared:
      declared === undefined ? all : declared.map((name) => ({ name, of: 'own' as const, from: name, as: undefined })),
  };
}
