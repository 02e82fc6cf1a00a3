import { quoteName } from '../../relation/print-sql.ts';
import type { LinkageDatabase } from '../database.ts';
import { FORMER_FIELDS } from './history.ts';
import type { Records } from './standardise.ts';

/**
 * What both sides know. Former values of one side are held against present ones of the other, so that one side is enough;
 * the other then has none.
 */
export async function sharedFeatures(
  database: LinkageDatabase,
  left: Records,
  right: Records,
): Promise<ReadonlySet<string>> {
  const features = new Set([...left.features].filter((feature) => right.features.has(feature)));
  for (const { field, former } of FORMER_FIELDS) {
    const lacking = [left, right].filter((records) => !records.features.has(former));
    if (!features.has(field) || lacking.length !== 1 || left === right) continue;
    for (const { table } of lacking) {
      await database.execute(`ALTER TABLE ${table} DROP COLUMN IF EXISTS ${quoteName(former)}`);
      await database.execute(`ALTER TABLE ${table} ADD COLUMN ${quoteName(former)} VARCHAR[]`);
    }
    features.add(former);
  }
  return features;
}
