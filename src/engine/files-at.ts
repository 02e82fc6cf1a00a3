import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from '../relation/print-sql.ts';
import { rows } from './sql.ts';

/** The files that paths and globs mean, path by path, each in the order of names. None is no error here. */
export async function filesAt(connection: DuckDBConnection, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const matches = await rows(connection, `SELECT file FROM glob(${quoteText(path)}) ORDER BY file`);
    found.push(...matches.map((row) => String(row['file'])));
  }
  return found;
}
