import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { COHORT } from '../cohort/cohort-tables.ts';
import { type LinkageDatabase, oneNumber } from '../database.ts';
import { keyName, keyPostcode } from './candidate-keys.ts';
import { streamPast } from './stream-past.ts';
import { BY_NUMBER, numberText, type PdsTables } from './trace-tables.ts';

/**
 * Finds participants by NHS number, as the cross-checks of the Master Person Service do: the number, or the one that
 * superseded it, and a date of birth that agrees (rank 1 with sex and postcode, rank 2 without), or agrees in part with a
 * name or an outcode besides (rank 3). A number that nothing confirms is no link. What a sensitive record says of where
 * somebody lives is held against nothing, since the answer would tell it.
 */
export async function traceByNumber(database: LinkageDatabase, pds: PdsTables): Promise<void> {
  const person = `CASE WHEN s."#superseded" IS NULL THEN c.nhs ELSE s."#current" END`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE "#trace numbers" AS SELECT row, ${person} AS person, ${numberText(person)} AS number, s."#superseded" IS NOT NULL AS superseded
     FROM (SELECT row, nhs FROM ${COHORT} WHERE adds AND nhs IS NOT NULL) c LEFT JOIN ${pds.succession} s ON c.nhs = s."#superseded"`,
  );
  const given = keyName('given_name');
  const family = keyName('family_name');
  const located = (select: string): string =>
    `SELECT *, left(postcode, length(postcode) - 3) AS outcode FROM (SELECT ${select})`;
  const mine = located(
    `row, born, gender, ${given} AS given, ${family} AS family, ${keyPostcode('postcode')} AS postcode FROM ${COHORT}`,
  );
  // Joined as they are: what is computed of a record is computed for those alone whom a number leads to.
  await streamPast(
    database,
    `CREATE OR REPLACE TEMP TABLE "#trace records" AS SELECT n.row, n.superseded, n.person, sensitive, born, gender, given_name, family_name, postcode
     FROM (SELECT * FROM ${pds.records} WHERE is_current) p JOIN "#trace numbers" n ON p.number = n.number`,
  );
  const theirs = located(
    `row, superseded, person, sensitive, born, gender, ${given} AS given, ${family} AS family, CASE WHEN NOT sensitive THEN ${keyPostcode('postcode')} END AS postcode FROM "#trace records"`,
  );
  const part = (name: string): string => `CAST(${name}(c.born) = ${name}(p.born) AS TINYINT)`;
  const swapped = 'year(c.born) = year(p.born) AND month(c.born) = day(p.born) AND day(c.born) = month(p.born)';
  const partly = `(${part('year')} + ${part('month')} + ${part('day')} >= 2 OR (${swapped}))`;
  const named = 'left(c.given, 1) = left(p.given, 1) AND left(c.family, 3) = left(p.family, 3)';
  const rank = `CASE WHEN c.born = p.born AND c.gender = p.gender AND c.postcode = p.postcode THEN 1
      WHEN c.born = p.born THEN 2 WHEN ${partly} AND ((${named}) OR c.outcode = p.outcode) THEN 3 END`;
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${BY_NUMBER} AS SELECT p.row, p.person, p.superseded, p.sensitive, CAST(${rank} AS INTEGER) AS rank
     FROM (${theirs}) p JOIN (${mine}) c ON c.row = p.row ORDER BY p.row`,
  );
  for (const table of ['records', 'numbers']) await database.execute(`DROP TABLE "#trace ${table}"`);
  if ((await oneNumber(database, `SELECT count(*) - count(DISTINCT row) FROM ${BY_NUMBER}`)) > 0) {
    throw new Fault(ExitCode.source, 'pds-duplicate', 'the PDS source has more than one record for an NHS number', {
      hint: 'it must hold one current record a number; take the highest serial change number',
    });
  }
}
