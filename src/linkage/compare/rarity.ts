import { quoteName } from '../../relation/print-sql.ts';
import type { LinkageDatabase } from '../database.ts';
import type { Records } from '../standardise/standardise.ts';
import { BIT, type Comparison, rarityOf } from './comparison.ts';

/**
 * A value is as frequent as it is among the population and so many further people, of whom one in a thousand has it: in
 * a file of a handful of people two of one name are no proof that everybody has it.
 */
const FURTHER_PEOPLE = 50;
const THEIR_SHARE = 0.001;

/**
 * Adds to the records how rare each value is that comparisons weigh by its frequency: minus the binary logarithm of its
 * share among the known values of `population`, in whole sixty-fourths of a bit. A value that the population lacks is as
 * rare as its rarest.
 */
export async function addRarities(
  database: LinkageDatabase,
  comparisons: readonly Comparison[],
  sides: readonly Records[],
  population: readonly Records[],
): Promise<void> {
  const wanted = new Set(comparisons.flatMap(({ features }) => features));
  const features = [...wanted].filter((feature) => wanted.has(rarityOf(feature)));
  for (const feature of features) {
    const column = quoteName(feature);
    const values = population.map(({ table }) => `SELECT ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL`);
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${rarityTable(feature)} AS SELECT value, CAST(round(-${BIT} * log2((count(*) + ${FURTHER_PEOPLE * THEIR_SHARE}) / (sum(count(*)) OVER () + ${FURTHER_PEOPLE}))) AS SMALLINT) AS bits
       FROM (${values.join(' UNION ALL ')}) GROUP BY value`,
    );
  }
  for (const { table } of sides) {
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
  for (const feature of features) await database.execute(`DROP TABLE ${rarityTable(feature)}`);
}

function rarityTable(feature: string): string {
  return quoteName(`#rarity ${feature}`);
}
