import { availableParallelism } from 'node:os';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** How much of the machine an engine may use. */
export interface EngineLimits {
  readonly memory: string;
  readonly threads: number | undefined;
}

/**
 * An in-memory DuckDB that can't spill (its spill files would be plaintext), can't load or download anything, and
 * keeps no record of what it ran.
 */
export async function connect(
  limits: EngineLimits,
): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> {
  const instance = await DuckDBInstance.create(':memory:', {
    temp_directory: '',
    memory_limit: limits.memory,
    threads: String(limits.threads ?? availableParallelism()),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  return { instance, connection: await instance.connect() };
}
