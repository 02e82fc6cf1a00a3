import { quoteName } from '../../relation/print-sql.ts';
import type { LinkageDatabase } from '../database.ts';
import { letters, withoutTitles } from './name-sql.ts';

/** What is made besides the features that comparisons read. */
export interface Extras {
  /**
   * Names and sex as they were written, in `given_name_text`, `family_name_text`, `former_family_name_text` and
   * `gender_text`.
   */
  readonly texts: boolean;
  /** What only blocking keys read: sounds, beginnings and ends of names, pairs of a date's parts. */
  readonly blocks: boolean;
}

/** Features are made in these steps, each of the columns of the one before; whole texts are not kept. */
type Stage = 'whole' | 'first' | 'second';

/** What is read of a text, and dear to read: made once for each distinct text. */
interface Reading {
  readonly name: string;
  readonly text: string;
  /** SQL of `part`, which is the text at first, and then what the step before made of it. */
  readonly steps: readonly string[];
  /** SQL of `part` at the end, by the columns that it is read into. */
  readonly columns: Readonly<Record<string, string>>;
}

interface ListReading {
  readonly name: string;
  /** SQL of a list of texts. */
  readonly texts: string;
  readonly each: (text: string) => string;
}

/** What a column that was read is called until it is a feature: two fields can be read into one. */
function readColumn(name: string, column: string): string {
  return quoteName(`${name} as ${column}`);
}

export class FeatureSql {
  readonly features = new Set<string>();
  readonly joins: string[] = [];
  readonly dates: string[] = [];
  readonly readings: Reading[] = [];
  readonly lists: ListReading[] = [];
  readonly #extras: Extras;
  readonly #columns: { readonly stage: Stage; readonly name: string; readonly sql: string }[] = [];

  constructor(extras: Extras) {
    this.#extras = extras;
  }

  /** Whether what blocks read is made. */
  get forBlocks(): boolean {
    return this.#extras.blocks;
  }

  /** Adds columns that only blocking keys read. */
  addForBlocks(columns: Readonly<Record<string, string>>): void {
    if (this.forBlocks) this.add('second', columns);
  }

  add(stage: Stage, columns: Readonly<Record<string, string>>): void {
    for (const [name, sql] of Object.entries(columns)) {
      if (this.#columns.some((column) => column.name === name)) continue;
      if (stage !== 'whole') this.features.add(name);
      this.#columns.push({ stage, name, sql });
    }
  }

  /** Reads features of a text. */
  read(name: string, text: string, steps: readonly string[], columns: Readonly<Record<string, string>>): void {
    this.readings.push({ name, text, steps, columns });
    this.add('whole', { [`${name} whole`]: text });
    this.add('first', Object.fromEntries(Object.keys(columns).map((column) => [column, readColumn(name, column)])));
  }

  /** Reads a feature that is a list of what each of a list of texts is read as. */
  readList(name: string, texts: string, each: (text: string) => string): void {
    this.lists.push({ name, texts, each });
    this.add('first', { [name]: readColumn(name, name) });
  }

  /** Reads features of the words of a name, which stand in a list `part`. */
  readWords(name: string, text: string, columns: Readonly<Record<string, string>>): void {
    this.read(name, text, [`string_split(${letters('part')}, ' ')`, withoutTitles('part')], columns);
  }

  select(stage: Stage): string {
    const columns = this.#columns.filter((column) => column.stage === stage);
    return columns.map(({ name, sql }) => `, ${sql} AS ${quoteName(name)}`).join('');
  }
}

/**
 * A table for each reading, of distinct texts: there are far fewer names and days than people. Lists are taken apart and put
 * together again, since DuckDB compiles the patterns in a function over a list anew for every chunk of rows.
 */
export async function makeReadings(
  database: LinkageDatabase,
  { readings, lists }: FeatureSql,
  prefix: string,
  raw: string,
): Promise<readonly { readonly table: string; readonly join: string }[]> {
  const made: { table: string; join: string }[] = [];
  for (const { name, steps, columns, text } of readings) {
    const [table, whole] = [quoteName(`${prefix} ${name} read`), quoteName(`${name} whole`)];
    const texts = `SELECT whole, whole AS part FROM (SELECT DISTINCT ${text} AS whole FROM ${raw}) WHERE whole IS NOT NULL`;
    const from = steps.reduce((sql, step) => `SELECT whole, ${step} AS part FROM (${sql})`, texts);
    const read = Object.entries(columns).map(([column, sql]) => `, ${sql} AS ${readColumn(name, column)}`);
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT whole AS ${whole}${read.join('')}
       FROM (${from})`,
    );
    made.push({ table, join: `LEFT JOIN ${table} USING (${whole})` });
  }
  for (const { name, texts, each } of lists) {
    const table = quoteName(`${prefix} ${name} read`);
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT rid, list_sort(list(DISTINCT value)) AS ${readColumn(name, name)}
       FROM (SELECT rid, ${each('text')} AS value FROM (SELECT rid, unnest(${texts}) AS text FROM ${raw}) WHERE text IS NOT NULL) WHERE value IS NOT NULL GROUP BY rid`,
    );
    made.push({ table, join: `LEFT JOIN ${table} USING (rid)` });
  }
  return made;
}
