import { DuckDBInstance } from '@duckdb/node-api';
import type { Ask, RiskSubject } from '../../../../src/disclosure/risk/risk-subject.ts';
import { signatureSql } from '../../../../src/disclosure/risk/signature-sql.ts';

/** One row of an output: who, the values of the quasi-identifiers, a sensitive value, an event. */
export interface Row {
  readonly person: number;
  readonly values: readonly (string | null)[];
  readonly sensitive?: string;
  readonly event?: string;
}

export interface Database extends AsyncDisposable {
  readonly ask: Ask;
  readonly run: (sql: string) => Promise<void>;
}

export async function openDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  return {
    ask: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as Awaited<ReturnType<Ask>>,
    run: async (sql) => {
      await connection.run(sql);
    },
    [Symbol.asyncDispose]: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const quote = (value: string | null | undefined): string =>
  value === null || value === undefined ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

/** Loads rows of an output and of the full source; `coarser` gives the second level of each column. */
export async function load(
  { run }: Database,
  rows: readonly Row[],
  source: readonly Row[],
  columns: number,
  coarser: (value: string) => string,
): Promise<RiskSubject> {
  const indexes = Array.from({ length: columns }, (_, index) => index);
  const names = indexes.flatMap((index) => [`q${index}_0`, `q${index}_1`]);
  const table = async (name: string, of: readonly Row[]): Promise<void> => {
    await run(
      `CREATE OR REPLACE TEMP TABLE ${name} (person BIGINT, ${names.map((each) => `${each} VARCHAR`).join(', ')})`,
    );
    if (of.length === 0) return;
    const values = of.map(({ person, values: own }) => {
      const levels = own.flatMap((value) => [quote(value), quote(value === null ? null : coarser(value))]);
      return `(${[person, ...levels].join(', ')})`;
    });
    await run(`INSERT INTO ${name} VALUES ${values.join(', ')}`);
  };
  await table('raw_rows', rows);
  await table('raw_source', source);
  await run(`CREATE OR REPLACE TEMP TABLE people AS ${signatureSql('raw_rows', names)}`);
  await run(
    `CREATE OR REPLACE TEMP TABLE others AS SELECT * FROM (${signatureSql('raw_source', names)}) ANTI JOIN people USING (person)`,
  );
  await pairs(run, 'held', 'value VARCHAR', rows, ({ sensitive }) => quote(sensitive ?? ''));
  await pairs(run, 'events', 'event UBIGINT', rows, ({ event }) => `hash(${quote(event ?? '')})`);
  return {
    quasiIdentifiers: indexes.map((index) => ({
      name: `Q${index}`,
      levels: [
        { form: 'as it is', column: `q${index}_0` },
        { form: 'coarser', column: `q${index}_1` },
      ],
    })),
    people: 'people',
    others: 'others',
    sensitive: [{ name: 'S', table: 'held', ordered: false }],
    events: { table: 'events', columns: ['E'] },
  };
}

async function pairs(
  run: Database['run'],
  name: string,
  column: string,
  rows: readonly Row[],
  value: (row: Row) => string,
): Promise<void> {
  await run(`CREATE OR REPLACE TEMP TABLE ${name} (person BIGINT, ${column})`);
  if (rows.length > 0) {
    await run(
      `INSERT INTO ${name} SELECT DISTINCT * FROM (VALUES ${rows.map((row) => `(${row.person}, ${value(row)})`).join(', ')})`,
    );
  }
}
