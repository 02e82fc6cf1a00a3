import { DuckDBInstance } from '@duckdb/node-api';
import type { SynthOptions } from './options.ts';

const DEFAULT_MEMORY = '4GB';
export const DEFAULT_THREADS = 2;

/** A database in memory that reads and writes files, and nothing else. */
export function openDatabase({
  memory = DEFAULT_MEMORY,
  threads = DEFAULT_THREADS,
}: Pick<SynthOptions, 'memory' | 'threads'>): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: memory,
    // Without a place to spill to, a query that is too large fails instead of leaving data behind.
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
}
