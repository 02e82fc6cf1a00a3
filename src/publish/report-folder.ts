import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

/** A file of a report. */
export interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Writes reports into a folder, for their owner alone, each beside its place first and then renamed into it. They hold
 * what only the custodian may know.
 */
export async function writeReports(folder: string, files: readonly ReportFile[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const { name, text } of files) {
      const path = join(folder, name);
      try {
        await writeWhole(`${path}.part`, text);
        await rename(`${path}.part`, path);
      } catch (error) {
        await rm(`${path}.part`, { force: true });
        throw error;
      }
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault(ExitCode.workspace, 'report', `the report can't be written to ${folder} (${code ?? 'unknown'})`, {
      hint: 'make room, or give it a folder that may be written to; nothing is released without its report',
    });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(path, 0o600);
}
