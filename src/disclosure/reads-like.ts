import { type AirlockFinding, finding, type Query } from './airlock-tables.ts';
import { isBeyondChance } from './beyond-chance.ts';
import { sampled, type TextColumn, VALUES } from './column-profile.ts';

/** Of random ten-digit numbers, so many pass the check digit. */
const PASSES = 1 / 11;

/** A column of postcodes has more than a few, in more than a few rows. */
const POSTCODES = 5;
const POSTCODE_SHARE = 0.2;

/**
 * Columns that read like NHS numbers or full postcodes, whosever they are. Different values count, not rows: a spell's
 * number stands in each of its episodes, and what chance did once is no more likely for standing there again.
 */
export async function readsLikeIdentifiers(
  columns: readonly TextColumn[],
  output: string,
  rowCount: number,
  query: Query,
): Promise<AirlockFinding[]> {
  const able = columns.filter(({ longest, hasLetters }) => longest >= 10 || (longest >= 5 && hasLetters));
  const listed = able.filter(({ isListed }) => isListed);
  const others = able.filter(({ isListed }) => !isListed);
  const findings: AirlockFinding[] = [];
  for (const { name, index } of listed) {
    const from = `(SELECT value AS v, n FROM ${VALUES} WHERE "column" = ${index})`;
    findings.push(...judge(name, await measure(from, query)));
  }
  for (const { name, sql } of others) {
    const from = `(SELECT ${sql} AS v, count(*) AS n FROM ${sampled([name], output, rowCount)} o WHERE ${sql} IS NOT NULL GROUP BY v)`;
    findings.push(...judge(name, await measure(from, query)));
  }
  return findings;
}

interface Rates {
  readonly tenDigits: number;
  readonly valid: number;
  readonly rows: number;
  readonly postcodes: number;
  readonly postcodeRows: number;
}

async function measure(from: string, query: Query): Promise<Rates> {
  const digits = `replace(replace(v, ' ', ''), '-', '')`;
  const [row] = await query(
    `WITH seen AS (SELECT v, n, regexp_full_match(${digits}, '[0-9]{10}') AS ten,
                          regexp_full_match(replace(upper(v), ' ', ''), '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}') AS postcode FROM ${from})
     SELECT count(DISTINCT CASE WHEN ten THEN ${digits} END) AS ten,
            count(DISTINCT CASE WHEN ten THEN CASE WHEN ${checkDigitFits(digits)} THEN ${digits} END END) AS valid,
            coalesce(sum(n), 0) AS n, count(*) FILTER (postcode) AS postcodes, coalesce(sum(n) FILTER (postcode), 0) AS postcode_rows FROM seen`,
  );
  const of = (name: string): number => Number(row?.[name]);
  return {
    tenDigits: of('ten'),
    valid: of('valid'),
    rows: of('n'),
    postcodes: of('postcodes'),
    postcodeRows: of('postcode_rows'),
  };
}

function judge(name: string, { tenDigits, valid, rows, postcodes, postcodeRows }: Rates): AirlockFinding[] {
  const findings: AirlockFinding[] = [];
  if (isBeyondChance(valid, tenDigits, PASSES)) {
    const what = 'reads like NHS numbers: more values pass the check digit than chance explains';
    findings.push(finding('reads-like-nhs-numbers', name, what));
  }
  if (postcodes >= POSTCODES && postcodeRows > rows * POSTCODE_SHARE) {
    findings.push(finding('reads-like-postcodes', name, 'reads like full postcodes'));
  }
  return findings;
}

/** Modulus 11 over the first nine of ten digits (NHS Data Dictionary), in SQL of its own. */
function checkDigitFits(digits: string): string {
  const digit = (place: number): string => `(ascii(substr(${digits}, ${place}, 1)) - 48)`;
  const sum = Array.from({ length: 9 }, (_, index) => `${10 - index} * ${digit(index + 1)}`).join(' + ');
  return `((11 - (${sum}) % 11) % 11) = ${digit(10)}`;
}
