import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

/** A file that a user named, and its SHA-256; a Fault (exit 2) where it can't be read. */
export async function readInput(path: string): Promise<{ readonly bytes: Uint8Array; readonly sha256: string }> {
  try {
    const bytes = await readFile(path);
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Fault(ExitCode.usage, 'no-file', `${path} can't be read (${code})`);
  }
}
