import { quoteName, quoteText } from '../relation/print-sql.ts';
import { type AirlockFinding, finding, type Query } from './airlock-tables.ts';
import { isBeyondChance } from './beyond-chance.ts';
import { sampled, type TextColumn } from './column-profile.ts';
import { WITNESS } from './witness.ts';

/** Of people born within ten years before the period, this share may have been in hospital ever since: far too many. */
const EVER_SINCE_BIRTH = 0.05;

/** Of anybody older, this share may have their date of birth where another date belongs: mistakes of clerks. */
const MISTAKEN = 0.01;

/**
 * Columns that are the person's own date of birth. A newborn is admitted on the day of their birth, so whoever was born
 * in the year before the granted period, or since, says nothing; and of small children only most of them do.
 */
export async function birthDates(
  dates: readonly string[],
  texts: readonly TextColumn[],
  since: string | undefined,
  output: string,
  rowCount: number,
  query: Query,
): Promise<AirlockFinding[]> {
  const found: string[] = [];
  const all = dates.map((name) => ({ name, value: `o.${quoteName(name)}`, own: `o.${quoteName(name)} = w.born` }));
  const some = texts
    .filter(({ longest }) => longest >= 8)
    .map(({ name, sql }) => ({ name, value: sql, own: holdsBirthDate(sql) }));
  for (const [columns, rows] of [
    [all, output],
    [some, sampled(output, rowCount)],
  ] as const) {
    for (const column of await withHits(columns, rows, query)) {
      if (await areTheirs(column, rows, since, query)) found.push(column.name);
    }
  }
  return found.map((name) => finding('reads-like-birth-dates', name, 'reads like the people’s own dates of birth'));
}

interface Column {
  readonly name: string;
  readonly value: string;
  readonly own: string;
}

async function withHits(columns: readonly Column[], rows: string, query: Query): Promise<Column[]> {
  if (columns.length === 0) return [];
  const counts = columns.map(({ own }, index) => `count(*) FILTER (WHERE ${own}) AS n${index}`);
  const [row] = await query(
    `SELECT ${counts.join(', ')} FROM ${rows} o JOIN ${WITNESS} w ON o."TOKEN_PERSON_ID" = w.w_token WHERE w.born IS NOT NULL`,
  );
  return columns.filter((_, index) => Number(row?.[`n${index}`]) > 0);
}

/** By people, not rows: all episodes of one spell have its admission date. */
async function areTheirs(
  { value, own }: Column,
  rows: string,
  since: string | undefined,
  query: Query,
): Promise<boolean> {
  const before = (years: number): string =>
    since === undefined ? 'false' : `w.born < CAST(${quoteText(since)} AS DATE) - INTERVAL ${years} YEAR`;
  const young = since === undefined ? 'true' : `${before(1)} AND NOT ${before(10)}`;
  const people = (condition: string): string => `count(DISTINCT w.w_token) FILTER (WHERE ${condition})`;
  const [row] = await query(
    `SELECT ${people(before(10))} AS older, ${people(`${before(10)} AND ${own}`)} AS older_hits,
            ${people(young)} AS young, ${people(`${young} AND ${own}`)} AS young_hits
     FROM ${rows} o JOIN ${WITNESS} w ON o."TOKEN_PERSON_ID" = w.w_token WHERE w.born IS NOT NULL AND ${value} IS NOT NULL`,
  );
  const [older, olderHits, youngOnes, youngHits] = ['older', 'older_hits', 'young', 'young_hits'].map((name) =>
    Number(row?.[name]),
  ) as [number, number, number, number];
  return (
    (olderHits > 0 && olderHits === older) ||
    (olderHits > 1 && olderHits > older * MISTAKEN) ||
    isBeyondChance(youngHits, youngOnes, EVER_SINCE_BIRTH)
  );
}

/** As digits in any of the orders people write, whatever stands between them; or with the month's name. */
function holdsBirthDate(value: string): string {
  const plain = `regexp_replace(upper(${value}), '[^A-Z0-9]+', '', 'g')`;
  const written = ['%Y%m%d', '%d%m%Y', '%m%d%Y', '%d%b%Y'].map(
    (form) => `contains(${plain}, upper(strftime(w.born, '${form}')))`,
  );
  return `strlen(${value}) >= 8 AND (${written.join(' OR ')})`;
}
