import type { LinkageDatabase } from '../database.ts';

/**
 * Runs a statement whose joins are made as they stand: the few keys at their right are what is looked up, and PDS streams
 * past them. Guessing at how many rows a list makes, the optimiser would hold all of PDS in memory instead.
 */
export async function streamPast(database: LinkageDatabase, sql: string): Promise<void> {
  await database.execute(`SET disabled_optimizers = 'join_order,build_side_probe_side'`);
  try {
    await database.execute(sql);
  } finally {
    await database.execute('RESET disabled_optimizers');
  }
}
