import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { createCalendar, dayNumber } from './calendar.ts';
import { createLookups } from './lookup.ts';
import { allLookups } from './lookups.ts';
import { checkOptions, type SynthFile, type SynthOptions, type SynthReport } from './options.ts';
import { createPeople } from './people.ts';
import { type Task, tasksFor } from './tasks.ts';
import type { World } from './world.ts';
import { writeFile } from './write.ts';

/**
 * Makes a synthetic England of any size: people, their opt-outs, and what hospitals and registrars know of them.
 * DuckDB does all the work; no row passes through JavaScript. What a person is and does depends only on the seed and
 * the person's index, so files fit together although each is computed by itself.
 */
export async function synthesise(options: SynthOptions): Promise<SynthReport> {
  checkOptions(options);
  const { directory, people, seed, asAt, onProgress } = options;
  const begun = performance.now();
  const world: World = { seed, people, epoch: dayNumber(asAt), asAt: dayNumber(asAt) };
  const instance = await openDatabase(options);
  const connection = await instance.connect();
  try {
    await createLookups(connection, allLookups);
    await createCalendar(connection);
    await createPeople(connection, world);
    const tasks = await tasksFor(connection, world, options);
    const files: SynthFile[] = [];
    for (const [done, task] of tasks.entries()) {
      onProgress?.({ file: task.path, done, files: tasks.length });
      const file = await carryOut(connection, task, directory);
      files.push(file);
      onProgress?.({ file: task.path, done: done + 1, files: tasks.length, rows: file.rows });
    }
    const sum = (of: (file: SynthFile) => number) => files.reduce((total, file) => total + of(file), 0);
    return {
      directory,
      files,
      rows: sum((file) => file.rows),
      bytes: sum((file) => file.bytes),
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function carryOut(connection: DuckDBConnection, task: Task, directory: string): Promise<SynthFile> {
  const begun = performance.now();
  await task.prepare?.(connection);
  const written = await writeFile(connection, task.query, join(directory, task.path), task.format);
  return { dataset: task.dataset, path: task.path, ...written, seconds: (performance.now() - begun) / 1000 };
}

async function openDatabase({ memory = '4GB', threads = 2 }: SynthOptions): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: memory,
    // Without a place to spill to, a query that is too large fails instead of leaving data behind.
    temp_directory: '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  // The joins are lookups in small tables and stand in the order in which they are cheapest. What the optimiser could
  // do for them is to choose another order, and with it another order of rows.
  await connection.run(`SET GLOBAL disabled_optimizers = 'join_order,build_side_probe_side,join_filter_pushdown'`);
  connection.closeSync();
  return instance;
}
