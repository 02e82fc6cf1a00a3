/*
 * What the Master Person Service of NHS England says of a trace, as SQL (Person_ID Handbook of February 2024; MPS
 * diagnostics). Scores are percentages, null where either side has no value.
 */

/** SQL: MPS scores a name by Jaro-Winkler, with `@` for what is not ASCII. Case counts, unless one side has but one. */
export function nameScore(a: string, b: string): string {
  const ascii = (text: string): string => `regexp_replace(${text}, '[^\\x20-\\x7E]', '@', 'g')`;
  const [x, y] = [ascii(a), ascii(b)];
  const score = `CASE WHEN ${a} = upper(${a}) OR ${b} = upper(${b}) THEN jaro_winkler_similarity(upper(${x}), upper(${y})) ELSE jaro_winkler_similarity(${x}, ${y}) END`;
  return `CAST(round(100 * ${score}) AS INTEGER)`;
}

/** SQL: 66 for two parts of a date of birth or for day and month swapped, 33 for the year. Dates are `YYYYMMDD`. */
export function dateScore(a: string, b: string): string {
  const [x, y] = [parts(a), parts(b)];
  return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN ${a} = ${b} THEN 100 WHEN ${equalParts(x, y)} >= 2 OR ${swapped(x, y)} THEN 66 WHEN ${x.year} = ${y.year} THEN 33 ELSE 0 END`;
}

/** SQL: 50 where either is 0 (not known) or 9 (not specified). */
export function genderScore(a: string, b: string): string {
  return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN ${a} = ${b} THEN 100 WHEN ${a} IN ('0', '9') OR ${b} IN ('0', '9') THEN 50 ELSE 0 END`;
}

/** SQL: how much of the longer postcode the two begin alike with; both without blanks, and neither of them empty. */
export function postcodeScore(a: string, b: string): string {
  const longest = `greatest(length(${a}), length(${b}))`;
  const alike = `len(list_filter(range(1, ${longest} + 1), n -> left(${a}, n) = left(${b}, n) AND n <= least(length(${a}), length(${b}))))`;
  return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL WHEN ${a} = ${b} THEN 100 ELSE CAST(round(100 * ${alike} / ${longest}) AS INTEGER) END`;
}

/**
 * SQL: the partial agreement of dates of birth in the cross-check with the Spine: two parts of three, a month that stands
 * for the day and the day for the month, the digits of the day or the last two of the year swapped.
 */
export function partialDate(a: string, b: string): string {
  const [x, y] = [parts(a), parts(b)];
  const turned = (text: string): string => `(right(${text}, 1) || left(${text}, 1))`;
  const turnedDay = `(${x.year} = ${y.year} AND ${x.month} = ${y.month} AND ${x.day} = ${turned(y.day)})`;
  const turnedYear = `(${x.month} = ${y.month} AND ${x.day} = ${y.day} AND left(${x.year}, 2) = left(${y.year}, 2) AND right(${x.year}, 2) = ${turned(`right(${y.year}, 2)`)})`;
  return `coalesce(${equalParts(x, y)} >= 2 OR ${swapped(x, y)} OR ${turnedDay} OR ${turnedYear}, false)`;
}

/** SQL: the number of a person in national data: the NHS number, else the first MPS_ID, else the one-time number. */
export function personId(matchedNhsNumber: string, mpsId: string, oneTime: string): string {
  const first = (ids: string): string => `nullif(trim(string_split(${ids}, '~~~')[1]), '')`;
  const matched = first(matchedNhsNumber);
  return `coalesce(CASE WHEN ${matched} NOT IN ('${NO_MATCH}', '${SEVERAL_MATCHES}') THEN ${matched} END, ${first(mpsId)}, ${oneTime})`;
}

/** SQL: the step that found a person, in the words of MPS diagnostics; null for what no trace answers. */
export function successfulStep(indicator: string, confidence: string, dateOfBirthScore: string): string {
  return `CASE WHEN ${indicator} = 1 AND ${confidence} = 100 AND ${dateOfBirthScore} IS NULL THEN 'CCT_cached'
    WHEN ${indicator} = 1 AND ${confidence} = 100 AND ${dateOfBirthScore} = 0 THEN 'CCT_live'
    WHEN ${indicator} = 3 AND ${confidence} = 100 THEN 'alphanumeric_trace_live'
    WHEN ${indicator} = 4 AND ${confidence} >= 50 THEN 'algorithmic_trace_live'
    WHEN ${indicator} = 0 THEN 'No_PDS_tracing_run'
    WHEN ${confidence} = 0 THEN 'No_PDS_match_found' END`;
}

/** `MATCHED_NHS_NO` where nobody, and where more than one, was found. */
export const NO_MATCH = '0000000000';
export const SEVERAL_MATCHES = '9999999999';

interface DateParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
}

function parts(date: string): DateParts {
  return { year: `left(${date}, 4)`, month: `substr(${date}, 5, 2)`, day: `right(${date}, 2)` };
}

function equalParts(x: DateParts, y: DateParts): string {
  return `(CAST(${x.year} = ${y.year} AS TINYINT) + CAST(${x.month} = ${y.month} AS TINYINT) + CAST(${x.day} = ${y.day} AS TINYINT))`;
}

function swapped(x: DateParts, y: DateParts): string {
  return `(${x.year} = ${y.year} AND ${x.month} = ${y.day} AND ${x.day} = ${y.month})`;
}
