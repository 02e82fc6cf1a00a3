import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { ByteSource } from '../kernel/byte-source.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

/** A publication as it lies somewhere. */
export interface PublicationReader {
  /** How messages call it. */
  readonly label: string;
  /** The paths of its files, with `/` between their parts. */
  list(): Promise<string[]>;
  /** A file to be read a part at a time; undefined where there is none. */
  open(path: string): Promise<(ByteSource & AsyncDisposable) | undefined>;
}

/** The file that every publication ends with; a folder without it is none. */
const NOTE = 'publication.note';

/**
 * Writes a publication into a folder, whole or not at all: beside it first, then renamed into its place. An earlier
 * publication in that place makes room; anything else there is a Fault (exit 2). Gives the number of bytes.
 */
export async function writePublication(
  folder: string,
  files: Iterable<{ readonly path: string; readonly pieces: Iterable<Uint8Array> }>,
): Promise<{ readonly files: number; readonly bytes: number; readonly sha256: string }> {
  const target = resolve(folder);
  await assertFree(target);
  const next = join(dirname(target), `.${basename(target)}.next`);
  try {
    await rm(next, { recursive: true, force: true });
    let [count, bytes] = [0, 0];
    const digest = createHash('sha256');
    const made = new Set<string>();
    for (const { path, pieces } of files) {
      const full = join(next, path);
      if (!made.has(dirname(full))) await mkdir(dirname(full), { recursive: true });
      made.add(dirname(full));
      const file = await open(full, 'wx');
      try {
        for (const piece of pieces) {
          await file.writeFile(piece);
          bytes += piece.length;
          if (path === NOTE) digest.update(piece);
        }
      } finally {
        await file.close();
      }
      count += 1;
    }
    const old = join(dirname(target), `.${basename(target)}.old`);
    await rm(old, { recursive: true, force: true });
    if (existsSync(target)) await rename(target, old);
    await rename(next, target);
    await rm(old, { recursive: true, force: true });
    return { files: count, bytes, sha256: digest.digest('hex') };
  } catch (error) {
    await rm(next, { recursive: true, force: true }).catch(() => {});
    throw understood(error, target);
  }
}

async function assertFree(target: string): Promise<void> {
  const found = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw understood(error, target);
  });
  if (found.length > 0 && !found.includes(NOTE)) {
    throw new Fault(ExitCode.usage, 'not-empty', `${target} holds something else than a publication`, {
      hint: 'name a new folder with --out; only an earlier publication is replaced',
    });
  }
}

/** Opens a publication that lies in a folder; a Fault (exit 2) where there is none. */
export async function openPublication(folder: string): Promise<PublicationReader> {
  const root = resolve(folder);
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) {
    throw new Fault(ExitCode.usage, 'no-publication', `there is no ${folder}`, {
      hint: 'name the folder that dars register publish wrote',
    });
  }
  if (found.isFile()) return { label: folder, list: async () => ['log/checkpoint'], open: () => openSource(root) };
  return {
    label: folder,
    list: async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .sort();
    },
    open: async (path) => {
      const full = resolve(root, path);
      return full.startsWith(`${root}${sep}`) ? openSource(full) : undefined;
    },
  };
}

async function openSource(path: string): Promise<(ByteSource & AsyncDisposable) | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw understood(error, path);
  }
  const found = await file.stat();
  if (!found.isFile()) {
    await file.close();
    return undefined;
  }
  return {
    size: found.size,
    read: async (place, length) => {
      const bytes = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, place + filled).catch((error) => {
          throw understood(error, path);
        });
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

function understood(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof Fault || code === undefined) return error;
  return new Fault(ExitCode.usage, 'publication-folder', `${path} can't be used (${code})`, {
    hint: 'is there room, and may you write there?',
  });
}
