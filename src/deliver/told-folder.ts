import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { sha256Of, syncFolder } from './durable-files.ts';

/**
 * Where it lies what the recipients of tracking reports have been told: `told/<agreement's stem>/<name>` in the state
 * folder. The engine writes and reads the files; what they are worth the ledger says, which has their digests.
 */
export class ToldFolder {
  readonly #root: string;

  constructor(state: string) {
    this.#root = join(state, 'told');
  }

  path(stem: string, name: string): string {
    return join(this.#root, stem, name);
  }

  async begin(stem: string): Promise<void> {
    await mkdir(join(this.#root, stem), { recursive: true, mode: 0o700 });
  }

  /** Makes a file durable that the engine wrote. Its SHA-256. */
  async seal(stem: string, name: string): Promise<string> {
    const path = this.path(stem, name);
    await using file = await open(path, 'r+');
    await file.chmod(0o600);
    await file.sync();
    await syncFolder(join(this.#root, stem));
    return sha256Of(path);
  }

  /** The path of a file that is what the ledger says. A Fault (exit 11) where it is not, or is not there. */
  async whole(stem: string, name: string, sha256: string): Promise<string> {
    const path = this.path(stem, name);
    const found = await sha256Of(path).catch(() => undefined);
    if (found === sha256) return path;
    const what = found === undefined ? 'is not there' : 'is not what the ledger says';
    throw new Fault(ExitCode.source, 'told', `told/${stem}/${name} ${what}, so nobody can say what was told before`, {
      hint: 'bring the file back from a backup of the state folder; nothing was released',
    });
  }

  /** Clears the files of an agreement that are left over. */
  async sweep(stem: string, isLeft: (name: string) => boolean): Promise<void> {
    for (const name of await readdir(join(this.#root, stem)).catch(() => [])) {
      if (isLeft(name)) await rm(this.path(stem, name), { force: true });
    }
  }
}
