import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OutgoingFile } from './destination.ts';

/** A file of a release that was sealed: what it is called, and what it must be. */
export interface SealedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Where ciphertext waits: `outbox/<pipeline>/<release>/` in the state folder. Files are written under a working name,
 * get their real one once the ledger knows them, and lie beside the manifest and its signature, which are written
 * once: what a recipient may already have must never change.
 */
export class Outbox {
  readonly #root: string;

  constructor(state: string) {
    this.#root = join(state, 'outbox');
  }

  /** Starts a release with nothing in it, and clears what earlier ones of the pipeline left that the ledger never knew. */
  async begin(pipelineName: string, release: string, known: readonly string[]): Promise<void> {
    const folder = join(this.#root, pipelineName);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) {
      if (!known.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
    }
    await mkdir(join(folder, release), { mode: 0o700 });
  }

  /** Writes one file of the release as it is produced; durable when the promise resolves. */
  async write(pipelineName: string, release: string, index: number, bytes: Readable): Promise<void> {
    await pipeline(
      bytes,
      createWriteStream(this.#working(pipelineName, release, index), { mode: 0o600, flags: 'wx', flush: true }),
    );
    await syncFolder(join(this.#root, pipelineName, release));
  }

  /** Gives the files their names. May be called again: what has its name keeps it. */
  async name(pipelineName: string, release: string, files: readonly SealedFile[]): Promise<void> {
    const folder = join(this.#root, pipelineName, release);
    for (const [index, { name }] of files.entries()) {
      const path = join(folder, name);
      if (!(await exists(path))) await rename(this.#working(pipelineName, release, index), path);
    }
    await syncFolder(folder);
  }

  /** The manifest as it was written, or undefined. */
  async hasManifest(pipelineName: string, release: string): Promise<boolean> {
    return exists(join(this.#root, pipelineName, release, 'MANIFEST.json'));
  }

  /** Writes manifest and signature; the manifest's own name appears last, so that it stands for both. */
  async writeManifest(pipelineName: string, release: string, manifest: string, signature: string): Promise<void> {
    const folder = join(this.#root, pipelineName, release);
    for (const [name, content] of [
      ['MANIFEST.json.asc', signature],
      ['MANIFEST.json', manifest],
    ] as const) {
      const working = join(folder, `.${name}`);
      await writeFile(working, content, { mode: 0o600, flush: true });
      await rename(working, join(folder, name));
    }
    await syncFolder(folder);
  }

  /** Everything that goes out, in order: the files, the signature, and the manifest as the sign that all is there. */
  async outgoing(pipelineName: string, release: string, files: readonly SealedFile[]): Promise<OutgoingFile[]> {
    const folder = join(this.#root, pipelineName, release);
    const sealed = files.map(({ name, bytes, sha256 }) => ({
      path: join(folder, name),
      name: `${release}/${name}`,
      bytes,
      sha256,
    }));
    const beside = await Promise.all(
      ['MANIFEST.json.asc', 'MANIFEST.json'].map(async (name) => {
        const path = join(folder, name);
        const { size } = await stat(path);
        return { path, name: `${release}/${name}`, bytes: size, sha256: await sha256Of(path) };
      }),
    );
    return [...sealed, ...beside];
  }

  /** Whether every file is there with the size that the ledger says. */
  async isWhole(pipelineName: string, release: string, files: readonly SealedFile[]): Promise<boolean> {
    const folder = join(this.#root, pipelineName, release);
    for (const [index, { name, bytes }] of files.entries()) {
      const found = (await sizeOf(join(folder, name))) ?? (await sizeOf(this.#working(pipelineName, release, index)));
      if (found !== bytes) return false;
    }
    return true;
  }

  async discard(pipelineName: string, release: string): Promise<void> {
    await rm(join(this.#root, pipelineName, release), { recursive: true, force: true });
  }

  #working(pipelineName: string, release: string, index: number): string {
    return join(this.#root, pipelineName, release, `${index}.sealing`);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function exists(path: string): Promise<boolean> {
  return (await sizeOf(path)) !== undefined;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
