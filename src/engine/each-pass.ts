import { compileFile, Tables } from '../plan/compile.ts';
import type { FilePlan } from '../plan/plan.ts';
import { printRelation, quoteName } from '../relation/print-sql.ts';
import { SLICES, type SliceRange } from '../relation/slices.ts';
import type { SessionState } from './duckdb-engine.ts';
import type { EngineProgress } from './engine.ts';
import { passesFor, split } from './passes.ts';
import { execute, MemoryExhausted } from './sql.ts';

export type Locate = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes the staged rows of a file, some slices at a time, and gives each lot to `use`; all of a lot or nothing. */
export async function eachPass(
  state: SessionState,
  file: FilePlan,
  step: string,
  progress: EngineProgress,
  located: Locate,
  use: (slices: SliceRange) => Promise<void>,
): Promise<void> {
  const { connection, resolver } = state;
  const waiting: SliceRange[] = passesFor(state, file);
  const drop = async (): Promise<void> => {
    for (const name of [Tables.people, Tables.staged])
      await execute(connection, `DROP TABLE IF EXISTS ${quoteName(name)}`);
  };
  for (let slices = waiting.shift(); slices !== undefined; slices = waiting.shift()) {
    const range = slices;
    progress({ step, done: range.from, of: SLICES, rows: 0 });
    await execute(connection, 'BEGIN');
    try {
      const { people, staged } = compileFile(file, range, state.facts);
      await located(async () => {
        for (const [name, relation] of [
          [Tables.people, people],
          [Tables.staged, staged],
        ] as const) {
          await execute(connection, `CREATE TEMP TABLE ${quoteName(name)} AS ${printRelation(relation, resolver)}`);
        }
      });
      await use(range);
      await drop();
      await execute(connection, 'COMMIT');
    } catch (error) {
      await execute(connection, 'ROLLBACK');
      if (!(error instanceof MemoryExhausted) || range.to - range.from < 2) throw error;
      waiting.unshift(...split(range));
    }
  }
}
