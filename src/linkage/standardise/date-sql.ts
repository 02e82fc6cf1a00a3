/** Whether `03/04/2020` is the third of April. */
export type DateOrder = 'day-first' | 'month-first';

const MONTHS = "['JAN','FEB','MAR','APR','MAY','JUN','JUL','AUG','SEP','OCT','NOV','DEC']";
const SLASHED = '[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2,4}';

/**
 * SQL: a date, written in any of the usual ways, as eight digits `YYYYMMDD`, with zeroes for what is not known; null,
 * or not eight digits, where it reads like no date. Impossible months and days are kept as they are: `1835-81-01` is
 * one digit from right. Two digits of a year up to `thisYear` are of this century.
 */
export function dateDigits(text: string, order: DateOrder, thisYear: number): string {
  const t = `regexp_replace(upper(trim(${text})), '(\\.0+|[T ][0-9]{2}:[0-9]{2}.*)$', '')`;
  const part = (index: number): string => `regexp_extract_all(${t}, '[0-9]+')[${index}]`;
  const two = (sql: string): string => `lpad(${sql}, 2, '0')`;
  const year = (sql: string): string => fullYear(sql, thisYear);
  const month = `${two(`CAST(list_position(${MONTHS}, left(regexp_extract(${t}, '[A-Z]{3,}'), 3)) AS VARCHAR)`)}`;
  const [day, second] = order === 'day-first' ? [1, 2] : [2, 1];
  const forms: readonly (readonly [string, string])[] = [
    ['[0-9]{4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}', `${part(1)} || ${two(part(2))} || ${two(part(3))}`],
    [
      '[0-9]{8}',
      `CASE WHEN left(${t}, 2) IN ('17', '18', '19', '20', '00') THEN ${t} ELSE right(${t}, 4) || substr(${t}, ${order === 'day-first' ? 3 : 1}, 2) || substr(${t}, ${order === 'day-first' ? 1 : 3}, 2) END`,
    ],
    [SLASHED, `${year(part(3))} || ${two(part(second))} || ${two(part(day))}`],
    ['[0-9]{1,2}(ST|ND|RD|TH)?[-/. ]*[A-Z]{3,9}[-/., ]*[0-9]{2,4}', `${year(part(2))} || ${month} || ${two(part(1))}`],
    ['[A-Z]{3,9}[-/. ]*[0-9]{1,2}(ST|ND|RD|TH)?[-/., ]+[0-9]{4}', `${part(2)} || ${month} || ${two(part(1))}`],
    ['[0-9]{4}', `${t} || '0000'`],
    ['[0-9]{6}', `${t} || '00'`],
    ['[0-9]{4}[-/.][0-9]{1,2}', `${part(1)} || ${two(part(2))} || '00'`],
    ['[0-9]{1,2}[-/.][0-9]{4}', `${part(2)} || ${two(part(1))} || '00'`],
  ];
  const cases = forms.map(([form, value]) => `WHEN regexp_full_match(${t}, '${form}') THEN ${value}`).join(' ');
  return `CASE ${cases} END`;
}

/** SQL: eight digits of a date that comes in parts; what is missing or no number is zeroes. */
export function digitsOfParts(year: string, month: string, day: string, thisYear: number): string {
  const number = (sql: string, length: number): string => {
    const digits = `regexp_extract(trim(${sql}), '^0*([0-9]{1,${length}})(\\.0*)?$', 1)`;
    return `lpad(coalesce(${digits}, ''), ${length}, '0')`;
  };
  const years = `CASE WHEN length(${`regexp_extract(trim(${year}), '^([0-9]+)', 1)`}) = 2 THEN ${fullYear(`regexp_extract(trim(${year}), '^([0-9]+)', 1)`, thisYear)} ELSE ${number(year, 4)} END`;
  const digits = `(coalesce(${years}, '0000') || ${number(month, 2)} || ${number(day, 2)})`;
  return `nullif(${digits}, '00000000')`;
}

/** SQL: whether the first or the second of two numbers that a date begins with can be no month; for {@link DateOrder}. */
export function orderEvidence(text: string, position: 1 | 2): string {
  return `regexp_full_match(trim(${text}), '${SLASHED}( .*)?') AND TRY_CAST(regexp_extract_all(${text}, '[0-9]+')[${position}] AS INTEGER) > 12`;
}

function fullYear(sql: string, thisYear: number): string {
  const pivot = String(thisYear % 100).padStart(2, '0');
  const century = Math.floor(thisYear / 100);
  return `CASE WHEN length(${sql}) <> 2 THEN ${sql} WHEN ${sql} <= '${pivot}' THEN '${century}' || ${sql} ELSE '${century - 1}' || ${sql} END`;
}
