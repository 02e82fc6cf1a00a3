import { quoteName } from '../../relation/print-sql.ts';
import { type LinkageDatabase, numberIn } from '../database.ts';
import { type DateOrder, dateDigits, digitsOfParts, orderEvidence } from './date-sql.ts';
import type { FeatureSql } from './feature-sql.ts';

/**
 * Adds a date, its parts and, for blocks, pairs of these. Its columns are one with the whole of it, two with year and month,
 * or three with a part each.
 */
export async function addDateFeatures(
  database: LinkageDatabase,
  build: FeatureSql,
  raw: string,
  name: string,
  columns: readonly string[],
  thisYear: number,
): Promise<void> {
  build.dates.push(name);
  await readDate(database, build, raw, name, columns, thisYear);
  build.add('second', datePieces(name));
  build.addForBlocks(datePairs(name));
}

async function readDate(
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

function asDate(digits: string): string {
  return `CASE WHEN length(${digits}) = 8 THEN nullif(${digits}, '00000000') END`;
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
