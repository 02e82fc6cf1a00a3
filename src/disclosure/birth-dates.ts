import { quoteName, quoteText } from '../relation/print-sql.ts';
import { type AirlockFinding, finding, type Query } from './airlock-tables.ts';
import { isBeyondChance } from './beyond-chance.ts';
import { sampled, type TextColumn } from './column-profile.ts';
import { WITNESS } from './witness.ts';

/** Of people born within ten years before the period, this share may have been in hospital ever since: far too many. */
const EVER_SINCE_BIRTH = 0.05;

/** Of anybody older, this share may have their date of birth where another date belongs: mistakes of clerks. */
const MISTAKEN = 0.01;

/** A column that could be of dates of birth, among which rows to look, and SQL of whether a row holds its person's. */
export interface DateLook {
  readonly name: string;
  readonly rows: string;
  readonly value: string;
  readonly own: string;
}

/** Columns of dates, looked at whole. */
export function dateLooks(names: readonly string[], output: string): DateLook[] {
  return names.map((name) => {
    const value = `o.${quoteName(name)}`;
    return { name, rows: output, value, own: `${value} = w.born` };
  });
}

/** Texts that can hold a date: only how many do counts, so a sample is enough. */
export function textLooks(columns: readonly TextColumn[], output: string, rowCount: number): DateLook[] {
  const able = columns.filter(({ longest }) => longest >= 8);
  const rows = sampled(['TOKEN_PERSON_ID', ...able.map(({ name }) => name)], output, rowCount);
  return able.map(({ name, sql }) => ({ name, rows, value: sql, own: holdsBirthDate(sql) }));
}

/**
 * Which of the columns with hits are the person's own date of birth. A newborn is admitted on the day of their birth, so
 * whoever was born in the year before the granted period, or since, says nothing; and of small children only most do.
 */
export async function judgeBirthDates(
  looks: readonly DateLook[],
  since: string | undefined,
  query: Query,
): Promise<AirlockFinding[]> {
  const findings: AirlockFinding[] = [];
  for (const look of looks) {
    if (await areTheirs(look, since, query)) {
      findings.push(finding('reads-like-birth-dates', look.name, 'reads like the people’s own dates of birth'));
    }
  }
  return findings;
}

/** By people, not rows: all episodes of one spell have its admission date. */
async function areTheirs({ rows, value, own }: DateLook, since: string | undefined, query: Query): Promise<boolean> {
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
