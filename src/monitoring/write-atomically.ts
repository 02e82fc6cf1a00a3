import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a small file that others read at any time: they see the old one or the new one, whole. The name that it is
 * written under begins with a dot and ends otherwise, so that nobody who collects files by their ending takes it up.
 */
export async function writeAtomically(path: string, text: string, mode: number): Promise<void> {
  const working = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    await using file = await open(working, 'w', mode);
    await file.writeFile(text);
    await file.chmod(mode); // whatever the umask
    await file.sync();
    await rename(working, path);
  } catch (error) {
    await rm(working, { force: true });
    throw error;
  }
}
