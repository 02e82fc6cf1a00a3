import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, makePrivateDirectory, syncDirectory } from './durable.ts';

/**
 * What was published in tables, by release: `tables/<release>.json` in the state folder. The ledger has the SHA-256 of
 * each; what lies here is what anybody with the releases could write down.
 */
export interface KeptTables {
  /** Written once, durable when the promise resolves. */
  write(release: string, text: string): Promise<void>;
  /** Undefined where there is none. */
  read(release: string): Promise<string | undefined>;
}

export function openKeptTables(state: string): KeptTables {
  const folder = join(state, 'tables');
  const pathOf = (release: string): string => join(folder, `${release}.json`);
  return {
    async write(release, text) {
      await makePrivateDirectory(folder);
      const next = `${pathOf(release)}.next`;
      const file = await open(next, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(next, pathOf(release));
      await syncDirectory(folder);
    },
    async read(release) {
      try {
        return await readFile(pathOf(release), 'utf8');
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
  };
}
