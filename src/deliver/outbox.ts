import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { OutgoingFile } from './destination.ts';
import { sha256Of, syncFolder } from './durable-files.ts';

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

  /** Clears what earlier runs of a pipeline left, but for the release that waits; what goes is not to be delivered. */
  async sweep(pipelineName: string, waiting: string | undefined): Promise<void> {
    const folder = join(this.#root, pipelineName);
    for (const name of await readdir(folder).catch(() => [])) {
      if (name !== waiting) await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  /** Starts a release with nothing in it. */
  async begin(pipelineName: string, release: string): Promise<void> {
    await onDisk(mkdir(join(this.#root, pipelineName, release), { recursive: true, mode: 0o700 }));
  }

  /** Writes one file of the release as it is produced; durable when the promise resolves. */
  async write(pipelineName: string, release: string, index: number, bytes: Readable): Promise<void> {
    const path = this.#working(pipelineName, release, index);
    await onDisk(pipeline(bytes, createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true })), path);
    await onDisk(syncFolder(join(this.#root, pipelineName, release)));
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
      await onDisk(writeFile(working, content, { mode: 0o600, flush: true }));
      await onDisk(rename(working, join(folder, name)));
    }
    await onDisk(syncFolder(folder));
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

/**
 * What the disk of the outbox refuses is a fault that people can mend. An error of what is being written passes as it
 * is: it says better what is wrong, and only one of the file system's on `path`, or on no path, is the outbox's own.
 */
async function onDisk<T>(work: Promise<T>, path?: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, syscall, path: where } = error as NodeJS.ErrnoException;
    const ours = ['open', 'write', 'fsync', 'close', 'mkdir', 'rename'].includes(syscall ?? '');
    if (code === undefined || !ours || (path !== undefined && where !== undefined && where !== path)) throw error;
    throw new Fault(ExitCode.delivery, 'outbox', `the outbox can’t be written (${code})`, {
      hint: 'make room, or have the disk looked at, and run the command again; nothing left',
    });
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
