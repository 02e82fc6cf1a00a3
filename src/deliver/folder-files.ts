import type { Stats } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, rename, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type OpenFor, type RemoteFile, type RemoteFiles, RemoteTrouble, type Trouble } from './remote-files.ts';

const PIPELINE = { writeBytes: 1024 * 1024, inFlight: 4 };

const FLAGS = { read: 'r', continue: 'r+', create: 'w' } as const satisfies Record<OpenFor, string>;

/** A local folder seen as a remote file system; names that it makes or changes are durable when it says so. */
export function folderFiles(folder: string): RemoteFiles {
  const at = (path: string): string => join(folder, path);
  return {
    pipeline: PIPELINE,
    async look(path) {
      const found = await ifThere(lstat(at(path)));
      return found && { kind: found.isFile() ? 'file' : 'other', bytes: found.size };
    },
    async isDirectory(path) {
      return (await ifThere(stat(at(path))))?.isDirectory() ?? false;
    },
    async makeDirectory(path) {
      await plainly(mkdir(at(path), { mode: 0o700 }));
      await syncDirectory(dirname(at(path)));
    },
    async open(path, how) {
      return folderFile(await plainly(open(at(path), FLAGS[how], 0o600)));
    },
    async rename(from, to) {
      await plainly(renameWithoutReplacing(at(from), at(to)));
      await syncDirectory(dirname(at(to)));
    },
    async remove(path) {
      await plainly(unlink(at(path)));
    },
    async freeBytes() {
      const disk = await plainly(statfs(folder));
      return disk.bavail * disk.bsize;
    },
  };
}

function folderFile(handle: FileHandle): RemoteFile {
  return {
    size: async () => (await plainly(handle.stat())).size,
    read: async (into, position) => (await plainly(handle.read(into, 0, into.length, position))).bytesRead,
    async write(bytes, position) {
      for (let written = 0; written < bytes.length; ) {
        const rest = bytes.length - written;
        written += (await plainly(handle.write(bytes, written, rest, position + written))).bytesWritten;
      }
    },
    sync: () => plainly(handle.sync()),
    close: () => plainly(handle.close()),
  };
}

/** rename(2) replaces what is there; link(2) fails, in one step. Some file systems have no links: then it is two. */
async function renameWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error))) throw error;
    if ((await ifThere(lstat(to))) !== undefined) throw new RemoteTrouble('exists');
    await rename(from, to);
    return;
  }
  await unlink(from);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await plainly(open(path, 'r'));
  try {
    await directory.sync();
  } catch (error) {
    // Some network file systems can't, and there is nothing better to do on them.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error))) throw plain(error);
  } finally {
    await directory.close();
  }
}

async function ifThere(found: Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await found;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw plain(error);
  }
}

async function plainly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw plain(error);
  }
}

function plain(error: unknown): RemoteTrouble {
  return error instanceof RemoteTrouble ? error : new RemoteTrouble(troubleOf(codeOf(error)));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function troubleOf(code: string): Trouble {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'missing';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'denied';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'space';
    case 'EEXIST':
      return 'exists';
    default:
      return 'failed';
  }
}
