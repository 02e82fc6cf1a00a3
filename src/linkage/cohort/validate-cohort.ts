import { counted } from '../../kernel/counted.ts';
import { quoteName, quoteText } from '../../relation/print-sql.ts';
import { checkDigitHolds } from '../check-digit.ts';
import { type LinkageDatabase, numberIn, oneNumber } from '../database.ts';
import { COHORT, COHORT_FAULTS } from './cohort-tables.ts';
import { COHORT_TEMPLATE, LEGAL_BASIS, MOST_ROWS, type TemplateColumn, templateSpelling } from './cohort-template.ts';
import { CATEGORIES, type Category, type FileProblem, type ValidationReport } from './validation-report.ts';

/** What an agreement says of its cohort, as far as a file must keep to it. */
export interface CohortTerms {
  readonly identifiers: readonly string[];
  readonly size: { readonly at_least?: number | undefined; readonly at_most?: number | undefined };
}

/** A cohort file that was loaded: a table of texts, in the order of the file. */
export interface RawCohort {
  readonly file: string;
  readonly sha256: string;
  readonly table: string;
  /** As the header has them. */
  readonly columns: readonly string[];
  readonly rows: number;
}

const LINES = quoteName('#cohort lines');
/** Of references in the form of NHS numbers one in eleven passes the check digit by chance. More than half are no chance. */
const TOO_LIKE_NUMBERS = 0.5;

/** What a header is refused for that names a column more than once. */
export const NAMED_TWICE: FileProblem = { code: 'header-mismatch', message: 'the header names a column twice' };

/** Whether the header is the template's, so that its rows can be read at all. */
export function headerProblems(columns: readonly string[]): FileProblem[] {
  const present = columns.map(templateSpelling);
  const missing = COHORT_TEMPLATE.filter(({ name }) => !present.includes(name)).map(({ name }) => name);
  const known = [...COHORT_TEMPLATE, LEGAL_BASIS].map(({ name }) => name);
  const unknown = present.filter((name) => !known.includes(name));
  const twice = present.filter((name, index) => present.indexOf(name) !== index);
  const problems: FileProblem[] = [];
  const add = (message: string): void => {
    problems.push({ code: 'header-mismatch', message });
  };
  if (missing.length > 0) add(`the header lacks ${missing.join(', ')}: all of the template’s are there, used or not`);
  // A header that is not the template's may be a row of somebody's: how many there are is all that can be said of it.
  if (unknown.length > 0) add(`the header has ${counted(unknown.length, 'column')} that the template does not have`);
  if (twice.length > 0) problems.push(NAMED_TWICE);
  return problems;
}

/**
 * Holds a cohort file against the NHS's rules and the agreement's terms. Makes {@link COHORT} and {@link COHORT_FAULTS}.
 * Rows with a fault stay out, but a participant is deleted by reference and status alone, whatever else is wrong with the
 * row: who asked to be left out must not stay in for a mistyped gender. A file with a problem of its own is refused as a
 * whole. `today` is the last day that anybody can have been born on.
 */
export async function validateCohort(
  database: LinkageDatabase,
  raw: RawCohort,
  terms: CohortTerms | undefined,
  today: string,
): Promise<ValidationReport> {
  await readLines(database, raw);
  await findFaults(database, today);
  await keepGood(database);
  const problems = await fileProblems(
    database,
    raw,
    terms,
    await oneNumber(database, `SELECT count(*) FROM ${COHORT} WHERE adds`),
  );
  await database.execute(`DROP TABLE ${LINES}`);
  await database.execute(`DROP TABLE ${quoteName(raw.table)}`);
  const count = (condition: string): Promise<number> =>
    oneNumber(database, `SELECT count(*) FROM ${COHORT} WHERE ${condition}`);
  const [adds, deletes] = [await count('adds'), await count('NOT adds')];
  const categories = await database.rows(
    `SELECT category, count(DISTINCT row) AS n FROM ${COHORT_FAULTS} GROUP BY category ORDER BY category`,
  );
  return {
    format: 'dars-cohort-validation/1',
    file: raw.file,
    sha256: raw.sha256,
    rows: raw.rows,
    passed: adds + deletes,
    failed: raw.rows - adds - deletes,
    adds,
    deletes,
    problems,
    categories: categories.map((row) => {
      const category = String(row['category']) as Category;
      return { category, rule: CATEGORIES[category], rows: numberIn(row, 'n') };
    }),
    unchecked: {
      checkDigit: await count(`nhs IS NOT NULL AND NOT ${checkDigitHolds('nhs')}`),
    },
  };
}

async function readLines(database: LinkageDatabase, { table, columns }: RawCohort): Promise<void> {
  const texts = [...COHORT_TEMPLATE, LEGAL_BASIS].map(({ name }) => {
    const theirs = columns.find((column) => templateSpelling(column) === name);
    const value = theirs === undefined ? 'CAST(NULL AS VARCHAR)' : `nullif(trim(${quoteName(theirs)}), '')`;
    return `${value} AS ${name}`;
  });
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${LINES} AS SELECT CAST(rowid + 1 AS INTEGER) AS row, ${texts.join(', ')} FROM ${quoteName(table)}`,
  );
}

const digits = (text: string): string => `replace(replace(${text}, ' ', ''), '-', '')`;

/** SQL: the day that a text is, written year first, or null. Other orders could be read in two ways, and are not guessed. */
function day(text: string): string {
  const form = `regexp_full_match(${text}, '[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}/[0-9]{2}/[0-9]{2}')`;
  return `CASE WHEN ${form} AND left(${text}, 4) > '0000' THEN CAST(try_strptime(replace(replace(${text}, '-', ''), '/', ''), '%Y%m%d') AS DATE) END`;
}

/** All that matters of a row that deletes. */
const WHO_AND_WHAT: readonly string[] = ['UNIQUE_REFERENCE', 'STATUS'];

async function findFaults(database: LinkageDatabase, today: string): Promise<void> {
  const when: [column: string, category: Category, condition: string][] = [];
  const check = (column: TemplateColumn | string, category: Category, condition: string): void => {
    const name = typeof column === 'string' ? column : column.name;
    const whole = WHO_AND_WHAT.includes(name)
      ? condition
      : `upper(STATUS) IS DISTINCT FROM 'DELETE' AND (${condition})`;
    when.push([name, category, whole]);
  };
  for (const column of [...COHORT_TEMPLATE, LEGAL_BASIS]) {
    const { name } = column;
    if (column.isMandatory) check(column, 'null', `${name} IS NULL`);
    if (!['STATUS', 'GENDER', 'NHS_NO', 'LEGAL_BASIS'].includes(name) && !/_DATE|DATE_/.test(name))
      check(column, 'length', `length(${name}) > ${column.length}`);
  }
  check('UNIQUE_REFERENCE', 'duplicate-reference', `times > 1 AND NOT (upper(STATUS) = 'DELETE' AND nth = 1)`);
  check('STATUS', 'status', `upper(STATUS) NOT IN ('ADD', 'DELETE')`);
  check('NHS_NO', 'nhs-number', `NOT regexp_full_match(${digits('NHS_NO')}, '[0-9]{10}')`);
  check('GENDER', 'gender', `GENDER NOT IN ('0', '1', '2', '9')`);
  check('LEGAL_BASIS', 'legal-basis', `lower(LEGAL_BASIS) NOT IN ('consent', 'section-251', 'statutory')`);
  for (const name of ['DATE_OF_BIRTH', 'PERSON_MIN_DATE', 'PERSON_MAX_DATE'])
    check(name, 'date', `${name} IS NOT NULL AND ${day(name)} IS NULL`);
  check(
    'DATE_OF_BIRTH',
    'birth-date-range',
    `${day('DATE_OF_BIRTH')} > CAST(${quoteText(today)} AS DATE) OR ${day('DATE_OF_BIRTH')} < DATE '1880-01-01'`,
  );
  check('PERSON_MAX_DATE', 'max-before-min', `${day('PERSON_MAX_DATE')} < ${day('PERSON_MIN_DATE')}`);
  check(
    'UNIQUE_REFERENCE',
    'insufficient-information',
    `upper(STATUS) = 'ADD' AND NHS_NO IS NULL AND NOT (FAMILY_NAME IS NOT NULL AND (GIVEN_NAME IS NOT NULL OR GENDER IS NOT NULL)) AND NOT (GENDER IS NOT NULL AND POSTCODE IS NOT NULL)`,
  );
  const counted = `(SELECT *, count(*) OVER (PARTITION BY UNIQUE_REFERENCE) AS times,
       row_number() OVER (PARTITION BY UNIQUE_REFERENCE, upper(STATUS) ORDER BY row) AS nth FROM ${LINES})`;
  // Whole rows of good files pass all checks: only those that don't are looked at check by check.
  const any = when.map(([, , condition]) => `coalesce(${condition}, false)`).join(' OR ');
  const faults = when.map(
    ([column, category, condition]) =>
      `CASE WHEN ${condition} THEN {'c': ${quoteText(column)}, 'k': ${quoteText(category)}} END`,
  );
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${COHORT_FAULTS} AS SELECT row, fault.c AS "column", fault.k AS category
     FROM (SELECT row, unnest([${faults.join(', ')}]) AS fault FROM (SELECT * FROM ${counted} WHERE ${any})) WHERE fault IS NOT NULL ORDER BY ALL`,
  );
}

async function keepGood(database: LinkageDatabase): Promise<void> {
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${COHORT} AS SELECT row, UNIQUE_REFERENCE AS study_id, upper(STATUS) = 'ADD' AS adds,
       TRY_CAST(${digits('NHS_NO')} AS BIGINT) AS nhs, FAMILY_NAME AS family_name, GIVEN_NAME AS given_name,
       OTHER_GIVEN_NAME AS other_given_name, GENDER AS gender, ${day('DATE_OF_BIRTH')} AS born, POSTCODE AS postcode,
       ${day('PERSON_MIN_DATE')} AS from_day, ${day('PERSON_MAX_DATE')} AS to_day, lower(LEGAL_BASIS) AS legal_basis
     FROM ${LINES} ANTI JOIN ${COHORT_FAULTS} USING (row) ORDER BY row`,
  );
}

async function fileProblems(
  database: LinkageDatabase,
  { rows }: RawCohort,
  terms: CohortTerms | undefined,
  adds: number,
): Promise<FileProblem[]> {
  const problems: FileProblem[] = [];
  if (rows === 0) problems.push({ code: 'empty', message: 'the file has no rows' });
  if (rows > MOST_ROWS) {
    problems.push({ code: 'too-many-rows', message: `the file has ${rows} rows, and a file may have ${MOST_ROWS}` });
  }
  for (const column of COHORT_TEMPLATE) {
    if (terms === undefined || column.identifier === undefined || terms.identifiers.includes(column.identifier))
      continue;
    const held = await oneNumber(database, `SELECT count(${column.name}) FROM ${LINES}`);
    if (held > 0) {
      problems.push({
        code: 'identifier-not-granted',
        message: `${column.name} has values in ${held} rows, and the agreement does not list it`,
      });
    }
  }
  if (terms !== undefined) problems.push(...sizeProblems(adds, terms.size));
  const [like] = await database.rows(
    `SELECT count(*) AS n, count(*) FILTER (WHERE regexp_full_match(${digits('UNIQUE_REFERENCE')}, '[0-9]{10}') AND ${checkDigitHolds(`TRY_CAST(${digits('UNIQUE_REFERENCE')} AS BIGINT)`)}) AS hits FROM ${LINES}`,
  );
  if (numberIn(like, 'hits') > TOO_LIKE_NUMBERS * numberIn(like, 'n')) {
    problems.push({
      code: 'reference-reads-like-nhs-number',
      message:
        'the unique references read like NHS numbers; they come out with the data, so they must be the study’s own',
    });
  }
  return problems;
}

/** Whether so many participants are as many as the agreement is for. */
export function sizeProblems(adds: number, { at_least: least, at_most: most }: CohortTerms['size']): FileProblem[] {
  const problems: FileProblem[] = [];
  if (least !== undefined && adds < least)
    problems.push({ code: 'too-few', message: `${adds} participants, and the agreement is for at least ${least}` });
  if (most !== undefined && adds > most)
    problems.push({ code: 'too-many', message: `${adds} participants, and the agreement is for at most ${most}` });
  return problems;
}
