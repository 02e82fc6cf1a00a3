import { quoteName } from '../../relation/print-sql.ts';
import type { LinkageDatabase } from '../database.ts';
import type { Records } from '../standardise/standardise.ts';
import { BIT, type Comparison, mentions, rarityOf, type Side } from './comparison.ts';

/**
 * A value is as frequent as it is among the population and so many further people, of whom one in a thousand has it: in
 * a file of a handful of people two of one name are no proof that everybody has it.
 */
const FURTHER_PEOPLE = 50;
const THEIR_SHARE = 0.001;

/**
 * Learns how rare each value is that comparisons weigh by its frequency: minus the binary logarithm of its share among the
 * known values of `population`, in whole sixty-fourths of a bit. {@link addRarities} adds it to records,
 * {@link dropRarities} forgets it.
 */
export async function makeRarities(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  population: readonly Records[],
): Promise<void> {
  for (const feature of weighedFeatures(comparisons)) {
    const column = quoteName(feature);
    const values = population.map(({ table }) => `SELECT ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL`);
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${rarityTable(feature)} AS SELECT value, CAST(round(-${BIT} * log2((count(*) + ${FURTHER_PEOPLE * THEIR_SHARE}) / (sum(count(*)) OVER () + ${FURTHER_PEOPLE}))) AS SMALLINT) AS bits
       FROM (${values.join(' UNION ALL ')}) GROUP BY value`,
    );
  }
}

/**
 * Adds to records how rare their values are, of those features that comparisons want to know it of on these sides. A value
 * that the population lacks is as rare as its rarest.
 */
export async function addRarities(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  { table }: Records,
  sides: readonly Side[],
): Promise<void> {
  const features = weighedFeatures(comparisons).filter((feature) =>
    sides.some((side) => mentions(comparisons, side(rarityOf(feature)))),
  );
  const joins = features.map(
    (feature, index) => `LEFT JOIN ${rarityTable(feature)} t${index} ON r.${quoteName(feature)} = t${index}.value`,
  );
  const columns = features.map((feature, index) => {
    const rarest = `(SELECT max(bits) FROM ${rarityTable(feature)})`;
    return `, CASE WHEN r.${quoteName(feature)} IS NOT NULL THEN coalesce(t${index}.bits, ${rarest}) END AS ${quoteName(rarityOf(feature))}`;
  });
  await database.execute(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT r.*${columns.join('')} FROM ${table} r ${joins.join(' ')}`,
  );
}

export async function dropRarities(database: LinkageDatabase, comparisons: readonly Comparison[]): Promise<void> {
  for (const feature of weighedFeatures(comparisons)) await database.execute(`DROP TABLE ${rarityTable(feature)}`);
}

function weighedFeatures(comparisons: readonly Comparison[]): string[] {
  const wanted = new Set(comparisons.flatMap(({ features }) => features));
  return [...wanted].filter((feature) => wanted.has(rarityOf(feature)));
}

function rarityTable(feature: string): string {
  return quoteName(`#rarity ${feature}`);
}
