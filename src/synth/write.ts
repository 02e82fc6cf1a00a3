import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quote, type Sql } from './sql.ts';

/** `list` is a plain list of one column without a header; `cohort` parts by commas, as applicants do. */
export type FileFormat = 'parquet' | 'csv' | 'list' | 'cohort';

/**
 * Level 1 is a third faster than the default and, on these columns, no larger; a dictionary of more values than the
 * limit is not worth making.
 */
const COPY_OPTIONS: Readonly<Record<FileFormat, string>> = {
  parquet: 'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 2000',
  csv: "FORMAT csv, DELIMITER '|', HEADER true",
  list: 'FORMAT csv, HEADER false',
  cohort: "FORMAT csv, DELIMITER ',', HEADER true",
};

/** Writes the query's rows, in its order, to a file that is there as a whole or not at all. */
export async function writeFile(
  connection: DuckDBConnection,
  query: Sql,
  path: string,
  format: FileFormat,
): Promise<{ readonly rows: number; readonly bytes: number }> {
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const result = await connection.runAndReadAll(`COPY (${query}) TO ${quote(part)} (${COPY_OPTIONS[format]})`);
    await rename(part, path);
    return { rows: Number(result.getRows()[0]?.[0] ?? 0), bytes: (await stat(path)).size };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
