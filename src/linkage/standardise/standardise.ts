import { quoteName, quoteText } from '../../relation/print-sql.ts';
import type { FieldSource } from '../column-mapping.ts';
import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import { addDateFeatures } from './date-features.ts';
import { type Extras, FeatureSql, makeReadings } from './feature-sql.ts';
import { loadRaw } from './load-raw.ts';
import { joinNames } from './name-features.ts';
import { knownName, letters, oneName } from './name-sql.ts';
import { outcode, readPostcode } from './postcode-sql.ts';
import type { SourceTable } from './source-table.ts';

/** A table of standardised records: `rid` from 0 in order of `id` (numbers by size) or of rows, `id`, and features, each null where not known. */
export interface Records {
  /** Quoted. */
  readonly table: string;
  readonly rows: number;
  readonly features: ReadonlySet<string>;
  /** Texts that could not be read as dates, by field. */
  readonly unreadableDates: Readonly<Record<string, number>>;
}

/** Fields of which the text itself can be kept. */
const WRITTEN = ['given_name', 'family_name', 'gender'];

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
      await addDateFeatures(database, build, raw, name, columns, thisYear);
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

/** SQL: a list of former values, from a list or from a text that parts them with semicolons or bars. */
function listOf(value: string, column: string, { lists }: SourceTable): string {
  return lists.has(column) ? value : `regexp_split_to_array(${value}, '[;|]')`;
}
