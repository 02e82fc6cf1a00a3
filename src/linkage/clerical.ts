import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { quoteName, quoteText } from '../relation/print-sql.ts';
import { compareFields } from './compare/compare-pairs.ts';
import { BIT, type Comparison } from './compare/comparison.ts';
import { type LinkageDatabase, oneNumber } from './database.ts';
import { DECIDED } from './decide/cluster.ts';
import type { Linkage } from './link.ts';
import type { Records } from './standardise/standardise.ts';
import { FieldWeights, weightOfProbability } from './train/parameters.ts';

/** Which pairs people should look at: those of a probability within the band, ends included. */
export interface ClericalBand {
  readonly from: number;
  readonly to: number;
}

/** From one in twenty to nineteen in twenty. */
export const DEFAULT_BAND: ClericalBand = { from: 0.05, to: 0.95 };

/**
 * SQL of the file for clerical review: for each pair of the band its identifiers, weight, probability and gap, a column
 * `decision` to be filled with `match` or `no match`, and for each field how it agrees and what that adds, in bits. The
 * values themselves stand there only if `withValues`; they are what identifies people.
 */
export async function clericalRows(
  database: LinkageDatabase,
  linkage: Linkage,
  band: ClericalBand,
  withValues: boolean,
): Promise<string> {
  const { scored, comparisons, sides, left, right } = linkage;
  const pairs = quoteName('#clerical pairs');
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${pairs} AS SELECT a, b, weight, accepted FROM ${scored}
     WHERE weight BETWEEN ${weightOfProbability(band.from)} AND ${weightOfProbability(band.to)}`,
  );
  const fields = comparisons.flatMap((comparison, index) => [
    ...(withValues ? valuesOf(comparison, left, right) : []),
    `${labelSql(comparison, index)} AS ${quoteName(comparison.name)}`,
    `${bitsSql(comparisons, linkage, index)} AS ${quoteName(`${comparison.name}_bits`)}`,
  ]);
  return `SELECT l.id AS a_id, r.id AS b_id, CAST(NULL AS VARCHAR) AS decision, c.weight AS match_weight, round(1 / (1 + pow(2, -c.weight)), 6) AS match_probability, c.accepted, ${fields.join(', ')}
    FROM (${compareFields(comparisons, pairs, sides, ['weight', 'accepted'])}) c JOIN ${left.table} l ON l.rid = c.a JOIN ${right.table} r ON r.rid = c.b
    ORDER BY c.weight DESC, c.a, c.b`;
}

/**
 * Reads decisions from a loaded file with `a_id`, `b_id` and `decision` into a table `a`, `b`, `decided`: positive for a
 * match, negative for none, more than any evidence. Rows without a decision say nothing. Gives the table's quoted name.
 */
export async function readDecisions(
  database: LinkageDatabase,
  decisions: string,
  left: Records,
  right: Records,
): Promise<string> {
  const source = quoteName(decisions);
  const verdict = `lower(trim(decision))`;
  // The words themselves stay where they are: of a file that is parted wrongly they can be anybody's.
  const odd = await oneNumber(
    database,
    `SELECT count(*) FROM ${source} WHERE ${verdict} NOT IN ('match', 'no match', '')`,
  );
  if (odd > 0)
    throw fault(`${odd} decisions are neither match nor no match`, 'a decision is match, no match, or empty');
  const found = quoteName('#decisions found');
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${found} AS SELECT l.rid AS x, r.rid AS y, ${verdict} = 'match' AS is_match
     FROM ${source} d LEFT JOIN ${left.table} l ON l.id = trim(d.a_id) LEFT JOIN ${right.table} r ON r.id = trim(d.b_id) WHERE ${verdict} <> ''`,
  );
  const unknown = await oneNumber(database, `SELECT count(*) FROM ${found} WHERE x IS NULL OR y IS NULL`);
  if (unknown > 0) {
    throw fault(`${unknown} decisions are on records that are not here`, 'are these decisions on other files?');
  }
  const decided = quoteName('#decided');
  const [a, b] = left === right ? ['least(x, y)', 'greatest(x, y)'] : ['x', 'y'];
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${decided} AS SELECT ${a} AS a, ${b} AS b, CASE WHEN bool_and(is_match) THEN ${DECIDED} ELSE -${DECIDED} END AS decided, count(DISTINCT is_match) AS verdicts FROM ${found} GROUP BY ALL`,
  );
  const both = await oneNumber(database, `SELECT count(*) FROM ${decided} WHERE verdicts > 1`);
  if (both > 0) throw fault(`${both} pairs are decided both ways`, 'leave one decision a pair');
  return decided;
}

function labelSql({ levels }: Comparison, index: number): string {
  const cases = levels.map(({ label }, level) => `WHEN ${level + 1} THEN ${quoteText(label)}`);
  return `CASE g${index} WHEN 0 THEN 'missing' ${cases.join(' ')} END`;
}

/** SQL: what a field adds to a pair that `compareFields` has compared. */
function bitsSql(comparisons: readonly Comparison[], { parameters }: Linkage, index: number): string {
  const weights = new FieldWeights(comparisons, parameters);
  const depends = parameters.dependence[index];
  const levels = comparisons[index]?.levels ?? [];
  const row = (parentLevel: number): string => {
    const cases = levels.map((_, level) => {
      const pattern = comparisons.map((__, other) =>
        other === index ? level + 1 : other === depends?.parent ? parentLevel : 0,
      );
      return `WHEN ${level + 1} THEN ${weights.of(pattern, index).toFixed(4)}`;
    });
    return `CASE g${index} ${cases.join(' ')} ELSE 0 END`;
  };
  const hasRarity = levels.some(({ rarity }) => rarity !== undefined);
  const rarity = (copied: number): string =>
    !hasRarity
      ? '0'
      : copied < 1e-6
        ? `coalesce(v${index}, 0) / ${BIT}.0`
        : `coalesce(-log2(${copied} + ${1 - copied} * pow(2, -v${index} / ${BIT}.0)), 0)`;
  if (depends === undefined) return `round(${row(0)} + ${rarity(0)}, 2)`;
  const parent = comparisons[depends.parent]?.levels ?? [];
  const cases = parent.map(
    (_, level) => `WHEN ${level + 1} THEN ${row(level + 1)} + ${rarity(depends.copied[level] ?? 0)}`,
  );
  return `round(CASE g${depends.parent} ${cases.join(' ')} ELSE ${row(0)} + ${rarity(0)} END, 2)`;
}

function valuesOf({ name }: Comparison, left: Records, right: Records): string[] {
  const column = [name, `${name}_text`].find((feature) => left.features.has(feature) && right.features.has(feature));
  if (column === undefined) return [];
  return [`l.${quoteName(column)} AS ${quoteName(`a_${name}`)}`, `r.${quoteName(column)} AS ${quoteName(`b_${name}`)}`];
}

function fault(message: string, hint: string): Fault {
  return new Fault(ExitCode.source, 'decisions', message, { hint });
}
