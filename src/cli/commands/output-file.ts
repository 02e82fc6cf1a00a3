import { writeFile } from 'node:fs/promises';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';

/** Whether somebody who names a file like that wants JSON. */
export function isJsonFile(path: string): boolean {
  return /\.json$/i.test(path);
}

/** Writes to a file that the command line names; a Fault (exit 2) where that can't be done. */
export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch {
    throw new Fault(ExitCode.usage, 'output', `${path} can’t be written`, { hint: 'does its folder exist?' });
  }
}

export function writeJson(path: string, value: unknown): Promise<void> {
  return writeOutput(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
