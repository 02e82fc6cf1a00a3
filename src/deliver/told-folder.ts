import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

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
    await using folder = await open(join(this.#root, stem));
    await folder.sync();
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

  /** Clears what releases of a pipeline left that never came to be; `known` are names that the ledger has. */
  async sweep(stem: string, prefix: string, known: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(join(this.#root, stem)).catch(() => [])) {
      if (name.startsWith(prefix) && !known.has(name)) await rm(this.path(stem, name), { force: true });
    }
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
