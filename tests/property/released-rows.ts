import type { SourceRecord } from '../oracle/oracle-inputs.ts';
import type { MadeFile } from './make-files.ts';
import { readOutput } from './read-output.ts';
import type { World } from './world.ts';

/** The records of the source that a file of a traceable world has rows of: each row says which one it is. */
export async function releasedRows({ file, bytes }: MadeFile, world: World): Promise<SourceRecord[]> {
  const { columns, rows } = await readOutput(file, bytes);
  const trace = columns.findIndex((name) => ['EPIKEY', 'ROW', 'POD_CODE'].includes(name));
  const records = world.sources.get(file.dataset)?.table.records ?? [];
  return rows.map((row) => {
    const record = records.find((each) => (each['EPIKEY'] ?? each['POD_CODE']) === row[trace]);
    if (record === undefined) throw new Error('a row of no record');
    return record;
  });
}
