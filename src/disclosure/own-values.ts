import { quoteName } from '../relation/print-sql.ts';
import { type AirlockFinding, finding, PERSONAL_NAMES, type Query } from './airlock-tables.ts';
import { type TextColumn, VALUES } from './column-profile.ts';
import { asLetters, asWords, NAMES } from './witness.ts';

/**
 * The person's own NHS number (any of their tree), name and postcode, looked for in every row. A column of codes is
 * judged by its few values first; what can't hold such a thing at all is held against nobody.
 */
export async function looksFor(columns: readonly TextColumn[], query: Query): Promise<Look[]> {
  await query(`CREATE OR REPLACE TEMP TABLE ${SUSPECTS} (kind INTEGER, "column" INTEGER, value VARCHAR)`);
  const looks: Look[] = [];
  for (const kind of KINDS) {
    const able = columns.filter((column) => column.longest >= kind.shortest && (column.hasLetters || !kind.hasLetters));
    const listed = able.filter(({ isListed }) => isListed);
    const suspects = await suspectColumns(kind, listed, query);
    looks.push(
      ...able.filter(({ isListed, index }) => !isListed || suspects.has(index)).map((column) => ({ kind, column })),
    );
  }
  return looks;
}

/** SQL: whether a row of `o` holds what is its person's own; what a first count over all rows is made of. */
export function ownCondition({ kind, column }: Look): string {
  return kind.own(column.sql, column);
}

/** Judges columns: those of codes that have a suspect value, and the others that have hits. */
export async function judgeLooks(
  looks: readonly Look[],
  output: string,
  witness: string,
  query: Query,
): Promise<AirlockFinding[]> {
  const findings: AirlockFinding[] = [];
  for (const look of looks) {
    const { kind, column } = look;
    if (kind.tells(await weigh(look, output, witness, query), column)) {
      findings.push(finding(kind.code, column.name, `holds ${kind.what}`));
    }
  }
  return findings;
}

/** A kind of thing to look for in a column. */
export interface Look {
  readonly kind: Kind;
  readonly column: TextColumn;
}

interface Kind {
  readonly id: number;
  readonly code: string;
  readonly what: string;
  /** Shorter values can't hold it. */
  readonly shortest: number;
  readonly hasLetters: boolean;
  /** SQL: `column`, `value` of the listed values that could hold somebody's; `of` picks the columns. */
  readonly suspects: (of: string) => string;
  /** SQL: whether a value holds that of the person of the row, `w`. */
  readonly own: (value: string, column: TextColumn) => string;
  readonly tells: (weight: Weight, column: TextColumn) => boolean;
}

/** `kind`, `column`, `value`: values of codes that could be somebody's. */
const SUSPECTS = quoteName('#airlock suspects');

const bare = (value: string): string => `replace(replace(${value}, ' ', ''), '-', '')`;
const compact = (value: string): string => `replace(upper(${value}), ' ', '')`;

const NUMBER: Kind = {
  id: 0,
  code: 'own-nhs-number',
  what: 'the person’s own NHS number',
  shortest: 10,
  hasLetters: false,
  suspects: (of) =>
    `SELECT "column", value FROM ${VALUES} WHERE ${of} AND regexp_matches(${bare('value')}, '[0-9]{10}')`,
  own: (value, { hasGaps }) =>
    hasGaps ? `contains(${bare(value)}, w.number)` : `strlen(${value}) >= 10 AND contains(${value}, w.number)`,
  tells: ({ rows }) => rows > 0,
};

const POSTCODE: Kind = {
  id: 1,
  code: 'own-postcode',
  what: 'the person’s own postcode',
  shortest: 5,
  hasLetters: true,
  suspects: (of) =>
    `SELECT "column", value FROM ${VALUES} WHERE ${of} AND regexp_matches(${compact('value')}, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}')`,
  own: (value) => `strlen(${value}) >= 5 AND strlen(w.postcode) >= 5 AND contains(${compact(value)}, w.postcode)`,
  tells: ({ theirs }) => theirs > 0,
};

/** Names of so many letters may stand next to digits too; shorter ones turn up in keys of letters and digits. */
const LONG = 6;

const NAME: Kind = {
  id: 2,
  code: 'own-name',
  what: 'the person’s own name',
  shortest: 2,
  hasLetters: true,
  suspects: (of) => {
    const words = `list_concat(string_split(trim(${asWords('value')}), ' '), list_filter(string_split(trim(${asLetters('value')}), ' '), lambda x: length(x) >= ${LONG}))`;
    return `SELECT DISTINCT "column", value FROM (SELECT "column", value, unnest(${words}) AS word FROM ${VALUES} WHERE ${of}) SEMI JOIN (SELECT unnest(string_split(trim(words), ' ')) AS word FROM ${NAMES}) USING (word)`;
  },
  own: (value) => PERSONAL_NAMES.map((name) => holdsName(value, `w.${name}`)).join(' OR '),
  tells: ({ long, medium, short }, { filled }) => {
    const most = (medium + short) * 2 >= filled;
    return long > 0 || (most && (medium > 0 || short > 1));
  },
};

const KINDS = [NUMBER, POSTCODE, NAME] as const;

/** The name alone, or as words of a longer text. */
function holdsName(value: string, name: string): string {
  const inText = `length(${name}_word) >= 3 AND contains(${asWords(value)}, ${name})`;
  const amongDigits = `length(${name}_word) >= ${LONG} AND contains(${asLetters(value)}, ${name})`;
  return `(strlen(${value}) >= strlen(${name}) - 2 AND contains(upper(${value}), ${name}_word) AND (${asWords(value)} = ${name} OR (${inText}) OR (${amongDigits})))`;
}

/** Fills the table of suspects for a kind; which columns have one. */
async function suspectColumns(kind: Kind, columns: readonly TextColumn[], query: Query): Promise<Set<number>> {
  if (columns.length === 0) return new Set();
  const of = `"column" IN (${columns.map(({ index }) => index).join(', ')})`;
  await query(`INSERT INTO ${SUSPECTS} SELECT ${kind.id}, * FROM (${kind.suspects(of)})`);
  const rows = await query(`SELECT DISTINCT "column" FROM ${SUSPECTS} WHERE kind = ${kind.id}`);
  return new Set(rows.map((row) => Number(row['column'])));
}

/** How many rows hold what is their person's own; those of them, by letters of a name, in which it is no coincidence. */
interface Weight {
  readonly rows: number;
  readonly theirs: number;
  readonly long: number;
  readonly medium: number;
  readonly short: number;
}

/**
 * A hospital called RAE treats people called Rae. A value that is somebody's is held by them; a code is held by many
 * others. So a hit is theirs where at least half of the rows with that value are hits. Of names, five letters are no
 * code, and three are no name unless most of the column are such.
 */
async function weigh({ kind, column }: Look, output: string, witness: string, query: Query): Promise<Weight> {
  const { sql, index, isListed } = column;
  const suspect = isListed
    ? `SEMI JOIN (SELECT value FROM ${SUSPECTS} WHERE kind = ${kind.id} AND "column" = ${index}) s ON ${sql} = s.value`
    : '';
  const length = (name: string): string =>
    `CASE WHEN ${holdsName('v', `w.${name}`)} THEN length(replace(w.${name}, ' ', '')) END`;
  const [row] = await query(
    `WITH hit AS (
       SELECT v, count(*) AS hits, ${kind === NAME ? `max(greatest(${PERSONAL_NAMES.map(length).join(', ')}))` : 'NULL'} AS letters
       FROM (SELECT o."TOKEN_PERSON_ID" AS token, ${sql} AS v FROM ${output} o ${suspect}) r JOIN ${witness} w ON r.token = w.w_token
       WHERE ${kind.own('v', column)} GROUP BY v),
     held AS (SELECT ${sql} AS v, count(*) AS holders FROM ${output} o SEMI JOIN hit h ON ${sql} = h.v GROUP BY ${sql}),
     judged AS (SELECT hits, coalesce(letters, 0) AS letters, hits * 2 >= holders AS theirs FROM hit JOIN held USING (v))
     SELECT coalesce(sum(hits), 0) AS n, coalesce(sum(hits) FILTER (theirs), 0) AS theirs,
            coalesce(sum(hits) FILTER (theirs AND letters >= 5), 0) AS long,
            coalesce(sum(hits) FILTER (theirs AND letters = 4), 0) AS medium,
            coalesce(sum(hits) FILTER (theirs AND letters < 4), 0) AS short FROM judged`,
  );
  const of = (name: string): number => Number(row?.[name]);
  return { rows: of('n'), theirs: of('theirs'), long: of('long'), medium: of('medium'), short: of('short') };
}

export async function dropSuspects(query: Query): Promise<void> {
  await query(`DROP TABLE IF EXISTS ${SUSPECTS}`);
}
