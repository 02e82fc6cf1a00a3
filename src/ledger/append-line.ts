import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { errorCode, syncDirectory } from './durable.ts';
import { readAt } from './read-lines.ts';

/**
 * Writes lines at `end`, the end of the file, and makes them durable; the bytes they took. If that fails the lines are
 * taken back, so that a caller who was told of a failure doesn't find an entry later.
 */
export async function appendLines(
  path: string,
  file: FileHandle,
  end: number,
  lines: readonly string[],
): Promise<number> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  let problem: string;
  try {
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten === bytes.length) {
      await file.sync();
      if (end === 0) await syncDirectory(dirname(path));
      return bytes.length;
    }
    problem = 'not enough room';
  } catch (error) {
    problem = errorCode(error) ?? 'unknown';
  }
  const back = await file.truncate(end).then(
    () => true,
    () => false,
  );
  const outcome = back ? 'it is not recorded' : 'whether it is recorded has to be looked up';
  throw new Fault(ExitCode.ledger, 'ledger-write', `An entry can't be written to ${path} (${problem}); ${outcome}.`, {
    hint: 'Make room, or have the disk looked at, and run the command again.',
  });
}

/**
 * Takes the unfinished line after `end` out of the ledger. No append returned for it, so nothing was done on its
 * strength; it is kept beside the ledger all the same, for whoever wants to know what was cut short.
 */
export async function setTornLineAside(file: FileHandle, end: number, size: number, prefix: string): Promise<void> {
  const torn = await readAt(file, end, size - end);
  const copy = await openNew(prefix);
  try {
    await copy.writeFile(torn);
    await copy.sync();
  } finally {
    await copy.close();
  }
  await syncDirectory(dirname(prefix));
  await file.truncate(end);
  await file.sync();
}

async function openNew(prefix: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open(attempt === 1 ? prefix : `${prefix}-${attempt}`, 'wx', 0o600);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}
