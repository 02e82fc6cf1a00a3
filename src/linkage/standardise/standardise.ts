import { quoted } from '../../kernel/document.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { quoteName, quoteText } from '../../relation/print-sql.ts';
import type { FieldSource } from '../column-mapping.ts';
import { NICKNAME_PAIRS } from '../compare/name-comparisons.ts';
import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import type { FieldKind } from '../known-fields.ts';
import { NICKNAMES } from '../nicknames.ts';
import { type DateOrder, dateDigits, digitsOfParts, orderEvidence } from './date-sql.ts';
import { presentOf } from './history.ts';
import { knownName, letters, oneName, soundex, withoutTitles } from './name-sql.ts';

/** A table as it comes: columns of text, and lists of text for what has a history. */
export interface SourceTable {
  /** How messages call it. */
  readonly label: string;
  /** Its name in the database. */
  readonly table: string;
  /** The column that identifies a row; undefined for its number, from 1. */
  readonly id: string | undefined;
  readonly fields: readonly FieldSource[];
  /** Columns that hold lists of texts. */
  readonly lists: ReadonlySet<string>;
  /** Whether rows of one identifier are one person's over time, and what they are ordered by, if not as they stand. */
  readonly history?: { readonly orderedBy: string | undefined };
  /** Whether its identifiers are known to be there, each once: then they are not checked, and `rid` is in the order of rows. */
  readonly hasPlainIds?: boolean;
}

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

/** A table of standardised records: `rid` from 0 in order of `id` (numbers by size) or of rows, `id`, and features, each null where not known. */
export interface Records {
  /** Quoted. */
  readonly table: string;
  readonly rows: number;
  readonly features: ReadonlySet<string>;
  /** Texts that could not be read as dates, by field. */
  readonly unreadableDates: Readonly<Record<string, number>>;
}

/** Words that stand for no value in any field; `NA` in names only where it is too frequent to be a name. */
const MISSING = ['', 'NULL', 'N/A', '#N/A', 'NAN', 'NONE', 'NIL', 'UNKNOWN', 'NOT KNOWN', 'NK', '?', '-', '--', '.'];
const LONGEST_MISSING = Math.max(...MISSING.map(({ length }) => length));
const NAMES: readonly FieldKind[] = ['given-name', 'family-name', 'other-given-name', 'full-name'];
/** Fields of which the text itself can be kept. */
const WRITTEN = ['given_name', 'family_name', 'gender'];
/** Nobody's surname is this frequent. */
const TOO_MANY_NA = 0.02;

const SEX_CODES: Readonly<Record<string, string>> = {
  '1': 'M,MALE,MAN,BOY,MASCULINE,MASCULIN,HOMME,MANN,MAENNLICH,MÄNNLICH',
  '2': 'F,FEMALE,WOMAN,GIRL,FEMININE,FEMININ,FEMME,FRAU,W,WEIBLICH',
};
const NO_SEX = '0,9,U,X,I,INDETERMINATE,NOT SPECIFIED,OTHER,NA';

/**
 * Makes standardised records of a table, the same way for both sides of a linkage. Raw values stay in the source table;
 * what comparisons and blocks need stands in columns of the result.
 */
export async function standardise(
  database: LinkageDatabase,
  given: SourceTable,
  name: string,
  thisYear: number,
  extras: Extras,
): Promise<Records> {
  const raw = quoteName(`${name} raw`);
  const source = await loadRaw(database, given, raw);
  const build = new FeatureSql(extras);
  for (const { field } of source.fields) await addFeatures(database, build, raw, field, source, thisYear);
  if (extras.texts) addTexts(build, source);
  addAddress(build, source);
  const first = quoteName(`${name} features`);
  // In steps, so that nothing is computed twice: what is read of a text, then what is made of it, then what is made of that.
  const readings = await makeReadings(database, build, name, raw);
  const read = `(SELECT *${build.select('whole')} FROM ${raw}) ${readings.map((each) => each.join).join(' ')}`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${first} AS SELECT rid, id${build.select('first')} FROM ${read}`,
  );
  for (const { table: reading } of readings) await database.execute(`DROP TABLE ${reading}`);
  const table = quoteName(name);
  await joinNames(database, build, first);
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT t.*${build.select('second')} FROM ${first} t ${build.joins.join(' ')}`,
  );
  const unreadableDates: Record<string, number> = {};
  for (const date of build.dates) {
    unreadableDates[date] = await oneNumber(
      database,
      `SELECT count(*) FROM ${raw} r JOIN ${table} t USING (rid) WHERE r.${quoteName(`${date} 1`)} IS NOT NULL AND t.${quoteName(`${date}_text`)} IS NULL`,
    );
  }
  await database.execute(`DROP TABLE ${first}`);
  await database.execute(`DROP TABLE ${raw}`);
  const [known] = await database.rows(`SELECT count(*) AS rows, count(COLUMNS(*)) FROM ${table}`);
  return {
    table,
    rows: numberIn(known, 'rows'),
    // What nobody has can't be compared.
    features: new Set([...build.features].filter((feature) => numberIn(known, feature) > 0)),
    unreadableDates,
  };
}

/** Makes `rid`, `id` and the raw columns; gives the source as it is then, a history brought into one row a person. */
async function loadRaw(database: LinkageDatabase, source: SourceTable, raw: string): Promise<SourceTable> {
  const columns = await rawColumns(database, source);
  const selected = columns.map(({ sql, column }) => `, ${sql} AS ${quoteName(column)}`).join('');
  const rows = (more: string): string =>
    `SELECT CAST(${idOf(source)} AS VARCHAR) AS id${more}${selected} FROM ${quoteName(source.table)}`;
  const made = source.history === undefined ? undefined : presentOf(source, source.history, rows);
  if (source.hasPlainIds === true) {
    await database.execute(`CREATE OR REPLACE TEMP TABLE ${raw} AS ${rows(', CAST(rowid AS INTEGER) AS rid')}`);
    return source;
  }
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${raw} AS SELECT CAST(row_number() OVER (ORDER BY TRY_CAST(id AS BIGINT), id) - 1 AS INTEGER) AS rid, * FROM (${made?.sql ?? rows('')})`,
  );
  await checkIds(database, source, raw);
  return made?.source ?? source;
}

function idOf({ id }: SourceTable): string {
  return id === undefined ? 'row_number() OVER ()' : `trim(CAST(${quoteName(id)} AS VARCHAR))`;
}

/** An identifier that is missing or stands twice would make links that nobody can follow. */
async function checkIds(database: LinkageDatabase, { id, label }: SourceTable, raw: string): Promise<void> {
  const [row] = await database.rows(
    `SELECT count(*) - count(nullif(id, '')) AS missing, count(id) - count(DISTINCT id) AS twice FROM ${raw}`,
  );
  const [missing, twice] = [numberIn(row, 'missing'), numberIn(row, 'twice')];
  if (missing + twice === 0) return;
  const what = missing > 0 ? `is empty in ${rowsOf(missing)}` : `repeats itself in ${rowsOf(twice)}`;
  throw new Fault(ExitCode.source, 'row-id', `${label}: the identifier ${quoted(id ?? '')} ${what}`, {
    hint: 'name a column that identifies each row, or none; if its rows are one person’s over time, add --a-history or --b-history',
  });
}

function rowsOf(count: number): string {
  return count === 1 ? 'one row' : `${count} rows`;
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

class FeatureSql {
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

interface RawColumn {
  readonly column: string;
  readonly sql: string;
}

/** `<field> 1`, `<field> 2` …: trimmed, and null where the text says that there is no value. */
async function rawColumns(database: LinkageDatabase, source: SourceTable): Promise<RawColumn[]> {
  const columns: RawColumn[] = [];
  for (const { field, columns: from } of source.fields) {
    for (const [index, column] of from.entries()) {
      const value = quoteName(column);
      const name = `${field.name} ${index + 1}`;
      if (source.lists.has(column)) {
        columns.push({ column: name, sql: value });
        continue;
      }
      const text = `trim(CAST(${value} AS VARCHAR))`;
      const missing = [...MISSING, ...((await meansMissing(database, source, field.kind, text)) ? ['NA'] : [])];
      columns.push({
        column: name,
        sql: `CASE WHEN strlen(${text}) > ${LONGEST_MISSING} OR upper(${text}) NOT IN (${missing.map(quoteText).join(', ')}) THEN ${text} END`,
      });
    }
  }
  return columns;
}

async function meansMissing(
  database: LinkageDatabase,
  { table }: SourceTable,
  kind: FieldKind,
  text: string,
): Promise<boolean> {
  if (!NAMES.includes(kind)) return true;
  const share = await oneNumber(
    database,
    `SELECT coalesce(count(*) FILTER (WHERE upper(${text}) = 'NA') / nullif(count(*) FILTER (WHERE ${text} <> ''), 0), 0) FROM ${quoteName(table)}`,
  );
  return share > TOO_MANY_NA;
}

async function addFeatures(
  database: LinkageDatabase,
  build: FeatureSql,
  raw: string,
  { name, kind }: FieldSource['field'],
  source: SourceTable,
  thisYear: number,
): Promise<void> {
  const { columns } = source.fields.find(({ field }) => field.name === name) ?? { columns: [] };
  const parts = columns.map((_, index) => quoteName(`${name} ${index + 1}`));
  const text = parts.length === 1 ? (parts[0] ?? '') : `nullif(concat_ws(' ', ${parts.join(', ')}), '')`;
  const compact = `CASE WHEN regexp_full_match(${text}, '[0-9A-Z]+') THEN ${text} ELSE nullif(regexp_replace(upper(strip_accents(${text})), '[^\\p{L}\\p{N}]', '', 'g'), '') END`;
  switch (kind) {
    case 'given-name':
      // All of it can say that there is none (`Baby of Smith`), or its first word can.
      build.readWords(name, text, {
        [name]: `CASE WHEN ${knownName(oneName('part'))} IS NOT NULL THEN ${knownName('part[1]')} END`,
        given_name_rest: oneName('part[2:]'),
      });
      break;
    case 'family-name':
    case 'other-given-name':
      build.readWords(name, text, { [name]: knownName(oneName('part')) });
      break;
    case 'full-name':
      build.readWords(name, text, {
        given_name: `CASE WHEN len(part) > 1 THEN ${knownName('part[1]')} END`,
        family_name: knownName('part[-1]'),
        given_name_rest: oneName('part[2:-2]'),
      });
      break;
    case 'former-family-name':
      build.readList(name, listOf(parts[0] ?? '', columns[0] ?? '', source), (text) =>
        knownName(`replace(${letters(text)}, ' ', '')`),
      );
      break;
    case 'former-postcode':
      build.readList(name, listOf(parts[0] ?? '', columns[0] ?? '', source), readPostcode);
      break;
    case 'date':
      build.dates.push(name);
      await addDate(database, build, raw, name, columns, thisYear);
      build.add('second', datePieces(name));
      build.addForBlocks(datePairs(name));
      break;
    case 'sex':
      build.add('first', { [name]: await sexFeature(database, raw, text) });
      break;
    case 'postcode':
      build.read(name, text, [readPostcode('part')], {
        [name]: 'part',
        postcode_out: outcode('part'),
        postcode_area: `regexp_extract(${outcode('part')}, '^([A-Z]+|[0-9])', 1)`,
      });
      break;
    case 'place':
    case 'text':
      build.add('first', { [name]: `nullif(replace(${letters(text)}, ' ', ''), '')` });
      break;
    case 'email':
      build.add('first', { [name]: `nullif(replace(lower(${text}), ' ', ''), '')` });
      build.add('second', { email_local: `nullif(string_split(email, '@')[1], '')` });
      break;
    case 'telephone':
      build.add('first', { [name]: `nullif(right(ltrim(regexp_replace(${text}, '[^0-9]', '', 'g'), '0'), 9), '')` });
      break;
    case 'number':
    case 'record-state':
      build.add('first', { [name]: compact });
      break;
    case 'address':
      break;
  }
}

function addTexts(build: FeatureSql, source: SourceTable): void {
  for (const { field, columns } of source.fields) {
    const parts = columns.map((_, index) => quoteName(`${field.name} ${index + 1}`));
    if (WRITTEN.includes(field.name)) {
      build.add('first', { [`${field.name}_text`]: `nullif(concat_ws(' ', ${parts.join(', ')}), '')` });
    }
    if (field.kind === 'former-family-name') {
      const list = listOf(parts[0] ?? '', columns[0] ?? '', source);
      build.readList(`${field.name}_text`, list, (text) => `nullif(trim(${text}), '')`);
    }
  }
}

/** Every field of addresses makes one address: its words in order, and as a set. */
function addAddress(build: FeatureSql, { fields }: SourceTable): void {
  const columns = fields
    .filter(({ field }) => field.kind === 'address')
    .flatMap(({ field, columns: from }) => from.map((_, index) => quoteName(`${field.name} ${index + 1}`)));
  if (columns.length === 0) return;
  const words = `regexp_replace(upper(strip_accents(concat_ws(' ', ${columns.join(', ')}))), '[^\\p{L}\\p{N}]+', ' ', 'g')`;
  build.add('first', { address: `nullif(trim(${words}), '')` });
  // Words as bits, in two ways: two addresses share about as many words as bits, and counting bits costs nothing.
  const bits = (salt: number): string =>
    `list_reduce(list_transform(list_distinct(string_split(address, ' ')), word -> CAST(1 AS UBIGINT) << CAST(hash(word, ${salt}) % 64 AS INTEGER)), (x, y) -> x | y)`;
  build.add('second', {
    address_bits: bits(1),
    address_bits_2: bits(2),
    address_words: `CAST(least(len(list_distinct(string_split(address, ' '))), 127) AS TINYINT)`,
    address_start: `array_to_string(string_split(address, ' ')[1:2], ' ')`,
  });
}

/**
 * A table for each reading, of distinct texts: there are far fewer names and days than people. Lists are taken apart and put
 * together again, since DuckDB compiles the patterns in a function over a list anew for every chunk of rows.
 */
async function makeReadings(
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

/** Soundex and nicknames by distinct name: there are far fewer names than people. */
async function joinNames(database: LinkageDatabase, build: FeatureSql, first: string): Promise<void> {
  if (build.features.has('given_name_rest') && !build.features.has('other_given_name')) {
    build.add('second', { other_given_name: 't.given_name_rest' });
  }
  if (build.features.has('given_name')) {
    await makeNicknames(database);
    build.joins.push(`LEFT JOIN "#nicknames" gn ON t.given_name = gn.name`);
    build.add('second', { given_name_nick: 'gn.id' });
  }
  if (!build.forBlocks) return;
  if (build.features.has('given_name')) {
    await makeSounds(database, first, 'given_name');
    build.joins.push(`LEFT JOIN "#given_name sounds" gs ON t.given_name = gs.name`);
    build.addForBlocks({
      given_name_sound: 'gs.sound',
      given_name_start: 'left(t.given_name, 2)',
      given_name_root: 'coalesce(gn.root, t.given_name)',
    });
  }
  if (build.features.has('family_name')) {
    await makeSounds(database, first, 'family_name');
    build.joins.push(`LEFT JOIN "#family_name sounds" fs ON t.family_name = fs.name`);
    build.addForBlocks({
      family_name_sound: 'fs.sound',
      family_name_start: 'left(t.family_name, 3)',
      family_name_end: 'right(t.family_name, 3)',
    });
  }
}

async function makeSounds(database: LinkageDatabase, first: string, column: string): Promise<void> {
  // A name that Soundex can't read stands for itself by its first letters.
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${quoteName(`#${column} sounds`)} AS SELECT name, coalesce(${soundex('name')}, left(name, 3)) AS sound
     FROM (SELECT DISTINCT ${column} AS name FROM ${first} WHERE ${column} IS NOT NULL)`,
  );
}

/** `#nicknames` (`name`, `id`, `root`, the first of its groups' heads) and the pairs of ids that share a group. */
async function makeNicknames(database: LinkageDatabase): Promise<void> {
  const made = await oneNumber(database, `SELECT count(*) FROM duckdb_tables() WHERE table_name = '#nicknames'`);
  if (made > 0) return;
  // One text is parsed in no time, where four thousand rows of values are not.
  const groups = quoteText(NICKNAMES.map((names) => names.join(' ')).join('|'));
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#nickname groups" AS SELECT DISTINCT name, head, CAST(dense_rank() OVER (ORDER BY name) AS SMALLINT) AS id
     FROM (SELECT unnest(names) AS name, names[1] AS head FROM (SELECT string_split(unnest(string_split(${groups}, '|')), ' ') AS names))`,
  );
  await database.execute(
    `CREATE TEMP TABLE "#nicknames" AS SELECT name, id, min(head) AS root FROM "#nickname groups" GROUP BY name, id`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${NICKNAME_PAIRS} AS SELECT DISTINCT x.id AS one, y.id AS other FROM "#nickname groups" x JOIN "#nickname groups" y USING (head) WHERE x.id <> y.id`,
  );
}

function asDate(digits: string): string {
  return `CASE WHEN length(${digits}) = 8 THEN nullif(${digits}, '00000000') END`;
}

async function addDate(
  database: LinkageDatabase,
  build: FeatureSql,
  raw: string,
  name: string,
  columns: readonly string[],
  thisYear: number,
): Promise<void> {
  const [a = '', b = '', c = ''] = columns.map((_, index) => quoteName(`${name} ${index + 1}`));
  if (columns.length === 1) {
    const order = await dateOrder(database, raw, a);
    build.read(name, a, [dateDigits('part', order, thisYear)], { [`${name}_text`]: asDate('part') });
    return;
  }
  const [year, month, day] =
    columns.length === 2 ? ([a, b, 'NULL'] as const) : await partsInOrder(database, raw, [a, b, c], columns);
  build.add('whole', { [`${name} digits`]: digitsOfParts(year, month, day, thisYear) });
  build.add('first', { [`${name}_text`]: asDate(quoteName(`${name} digits`)) });
}

/** Day first, as the NHS and most of the world write it, unless the column itself says otherwise. */
async function dateOrder(database: LinkageDatabase, raw: string, column: string): Promise<DateOrder> {
  const [row] = await database.rows(
    `SELECT coalesce(sum(n) FILTER (WHERE ${orderEvidence('text', 1)}), 0) AS day, coalesce(sum(n) FILTER (WHERE ${orderEvidence('text', 2)}), 0) AS month
     FROM (SELECT ${column} AS text, count(*) AS n FROM ${raw} GROUP BY ${column})`,
  );
  return numberIn(row, 'month') > numberIn(row, 'day') ? 'month-first' : 'day-first';
}

/** Year, month and day among three columns: by their names, else by their values, else as they are given. */
async function partsInOrder(
  database: LinkageDatabase,
  raw: string,
  parts: readonly [string, string, string],
  columns: readonly string[],
): Promise<readonly [string, string, string]> {
  const named = (pattern: RegExp): string[] => parts.filter((_, index) => pattern.test(columns[index] ?? ''));
  const byName = [named(/year|yr|yyyy|(^|_)y$|jahr/i), named(/mon|(^|_)mm?$/i), named(/day|(^|_)dd?$|tag/i)];
  if (byName.every(({ length }) => length === 1) && new Set(byName.flat()).size === 3) {
    return [byName[0]?.[0] ?? '', byName[1]?.[0] ?? '', byName[2]?.[0] ?? ''];
  }
  const shares: { part: string; above12: number; above31: number }[] = [];
  for (const part of parts) {
    const [row] = await database.rows(
      `SELECT count(*) FILTER (WHERE n > 12) / greatest(count(n), 1) AS a, count(*) FILTER (WHERE n > 31) / greatest(count(n), 1) AS b FROM (SELECT TRY_CAST(${part} AS DOUBLE) AS n FROM ${raw})`,
    );
    shares.push({ part, above12: numberIn(row, 'a'), above31: numberIn(row, 'b') });
  }
  const year = [...shares].sort((x, y) => y.above31 - x.above31)[0] ?? shares[0];
  const others = shares.filter((share) => share !== year);
  const [first, second] = others;
  if (year === undefined || first === undefined || second === undefined) return parts;
  return first.above12 > second.above12 ? [year.part, second.part, first.part] : [year.part, first.part, second.part];
}

/** SQL of a date's parts as numbers. */
function dateNumbers(name: string): { readonly y: string; readonly m: string; readonly d: string } {
  const text = quoteName(`${name}_text`);
  const number = (sql: string): string => `nullif(CAST(${sql} AS SMALLINT), 0)`;
  return { y: number(`left(${text}, 4)`), m: number(`substr(${text}, 5, 2)`), d: number(`right(${text}, 2)`) };
}

function datePieces(name: string): Record<string, string> {
  const { y, m, d } = dateNumbers(name);
  return {
    [name]: `CASE WHEN ${y} IS NOT NULL AND ${m} IS NOT NULL AND ${d} IS NOT NULL THEN ${quoteName(`${name}_text`)} END`,
    [`${name}_y`]: y,
    [`${name}_m`]: m,
    [`${name}_d`]: d,
  };
}

function datePairs(name: string): Record<string, string> {
  const { y, m, d } = dateNumbers(name);
  return {
    [`${name}_md`]: `CAST(${m} * 100 + ${d} AS SMALLINT)`,
    [`${name}_ym`]: `CAST(${y} AS INTEGER) * 100 + ${m}`,
    [`${name}_yd`]: `CAST(${y} AS INTEGER) * 100 + ${d}`,
  };
}

async function sexFeature(database: LinkageDatabase, raw: string, text: string): Promise<string> {
  const code = `upper(regexp_replace(${text}, '\\.0*$', ''))`;
  const [row] = await database.rows(
    `SELECT count(*) FILTER (WHERE ${code} = '0') AS zero, count(*) FILTER (WHERE ${code} = '1') AS one, count(*) FILTER (WHERE ${code} NOT IN ('0', '1')) AS other FROM ${raw}`,
  );
  const binary = numberIn(row, 'zero') > 0 && numberIn(row, 'one') > 0 && numberIn(row, 'other') === 0;
  const list = (codes: string): string => codes.split(',').map(quoteText).join(', ');
  const known = Object.entries(SEX_CODES).map(([value, codes]) => `WHEN ${code} IN (${list(codes)}) THEN '${value}'`);
  const none = binary ? NO_SEX.replace('0,', '') : NO_SEX;
  return `CASE ${known.join(' ')} WHEN ${code} IN (${list(none)}) THEN NULL ELSE ${code} END`;
}

function bareText(text: string): string {
  return `regexp_replace(upper(strip_accents(${text})), '[^A-Z0-9]', '', 'g')`;
}

/** SQL: a postcode as {@link postcode} reads it. Nearly all are written as they should be, which is seen sooner than mended. */
function readPostcode(text: string): string {
  const isPlain = `regexp_full_match(${text}, '[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}') AND NOT starts_with(${text}, 'ZZ99')`;
  return `CASE WHEN ${isPlain} THEN replace(${text}, ' ', '') ELSE ${postcode(bareText(text))} END`;
}

/** SQL: of bare letters and digits a postcode, `O` and `0` by their place in a British one; none where it stands for no address. */
function postcode(bare: string): string {
  const inward = `replace(left(right(${bare}, 3), 1), 'O', '0') || replace(right(${bare}, 2), '0', 'O')`;
  const british = `regexp_full_match(${bare}, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9O][A-Z0]{2}')`;
  return `CASE WHEN ${bare} = '' OR starts_with(${bare}, 'ZZ99') THEN NULL WHEN ${british} THEN left(${bare}, length(${bare}) - 3) || ${inward} ELSE ${bare} END`;
}

/** SQL: the outward half of a British postcode; of another all but its last two characters. */
function outcode(postcodeSql: string): string {
  return `CASE WHEN regexp_full_match(${postcodeSql}, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}') THEN left(${postcodeSql}, length(${postcodeSql}) - 3) ELSE left(${postcodeSql}, greatest(length(${postcodeSql}) - 2, 1)) END`;
}

/** SQL: a list of former values, from a list or from a text that parts them with semicolons or bars. */
function listOf(value: string, column: string, { lists }: SourceTable): string {
  return lists.has(column) ? value : `regexp_split_to_array(${value}, '[;|]')`;
}
