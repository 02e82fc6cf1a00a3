import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { createCalendar, dayNumber } from './calendar.ts';
import { DEFAULT_THREADS, openDatabase } from './database.ts';
import { createLookups } from './lookup.ts';
import { allLookups } from './lookups.ts';
import { checkOptions, type SynthFile, type SynthOptions, type SynthReport } from './options.ts';
import { createPeople } from './people.ts';
import { createLsoas } from './places.ts';
import { type Task, tasksFor } from './tasks.ts';
import type { World } from './world.ts';
import { writeFile } from './write.ts';

const FEW_PEOPLE = 100_000;

/**
 * Makes a synthetic England of any size: people, their opt-outs, and what hospitals and registrars know of them.
 * DuckDB does all the work; no row passes through JavaScript. What a person is and does depends only on the seed and
 * the person's index, so files fit together although each is computed by itself.
 */
export async function synthesise(options: SynthOptions): Promise<SynthReport> {
  checkOptions(options);
  const { directory, people, seed, asAt, epoch = asAt } = options;
  const begun = performance.now();
  const world: World = { seed, people, epoch: dayNumber(epoch), asAt: dayNumber(asAt) };
  const instance = await openWorld(options);
  const connection = await instance.connect();
  try {
    await createLookups(connection, allLookups);
    await createLsoas(connection);
    await createCalendar(connection);
    await createPeople(connection, world);
    const tasks = await tasksFor(connection, world, options);
    await checkFolders(directory, tasks);
    const toDo = tasks.filter(({ settled, path }) => settled !== true || !existsSync(join(directory, path)));
    const files = await carryOutAll(instance, toDo, options);
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

/** A dataset is all files of its folder: one that is left from another world would become part of this one. */
async function checkFolders(directory: string, tasks: readonly Task[]): Promise<void> {
  const folders = new Set(tasks.map(({ path }) => dirname(path)).filter((folder) => folder !== '.'));
  const ours = new Set(tasks.map(({ path }) => path));
  for (const folder of folders) {
    const there = await readdir(join(directory, folder)).catch(() => []);
    const others = there.filter((name) => !name.startsWith('.') && !ours.has(join(folder, name)));
    if (others.length > 0) {
      throw new Fault(
        ExitCode.usage,
        'synth-directory',
        `${join(directory, folder)} holds ${basename(others[0] ?? '')}.`,
        {
          hint: 'Files of two runs do not fit together: choose a folder without any.',
        },
      );
    }
  }
}

/**
 * One after the other, each with all threads; but where there is little to do for each, what takes time is to plan the
 * queries, which is one thread's work, and then several are done at once.
 */
async function carryOutAll(
  instance: DuckDBInstance,
  tasks: readonly Task[],
  { directory, people, threads = DEFAULT_THREADS, onProgress }: SynthOptions,
): Promise<readonly SynthFile[]> {
  const files = new Map<Task, SynthFile>();
  const waiting = [...tasks];
  const work = async () => {
    const connection = await instance.connect();
    try {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        onProgress?.({ file: task.path, done: files.size, files: tasks.length });
        const file = await carryOut(connection, task, directory);
        files.set(task, file);
        onProgress?.({ file: task.path, done: files.size, files: tasks.length, rows: file.rows });
      }
    } finally {
      // One failure stops all.
      waiting.length = 0;
      connection.closeSync();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: people <= FEW_PEOPLE ? threads : 1 }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return tasks.flatMap((task) => files.get(task) ?? []);
}

async function carryOut(connection: DuckDBConnection, task: Task, directory: string): Promise<SynthFile> {
  const begun = performance.now();
  try {
    await task.prepare?.(connection);
    const written = await writeFile(connection, task.query, join(directory, task.path), task.format);
    await task.finish?.(connection);
    return { dataset: task.dataset, path: task.path, ...written, seconds: (performance.now() - begun) / 1000 };
  } catch (error) {
    if (!String(error).includes('Out of Memory')) throw error;
    throw new Fault(ExitCode.usage, 'synth-out-of-memory', `The memory does not suffice for ${task.path}.`, {
      hint: 'Allow more memory, or fewer threads.',
    });
  }
}

async function openWorld(options: SynthOptions): Promise<DuckDBInstance> {
  const instance = await openDatabase(options);
  const connection = await instance.connect();
  // The joins are lookups in small tables and stand in the order in which they are cheapest. What the optimiser could
  // do for them is to choose another order, and with it another order of rows.
  await connection.run(`SET GLOBAL disabled_optimizers = 'join_order,build_side_probe_side,join_filter_pushdown'`);
  connection.closeSync();
  return instance;
}
