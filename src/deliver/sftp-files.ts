import { posix } from 'node:path';
import type { SFTPWrapper, Stats } from 'ssh2';
import { type OpenFor, type RemoteFile, type RemoteFiles, RemoteTrouble } from './remote-files.ts';
import type { Ask } from './sftp-requests.ts';

/**
 * 31 KiB: SFTP promises 32 KiB, but ssh2 splits what is over 31,952 bytes into two requests, one after the other, for
 * every server that is not OpenSSH. Larger writes are faster on OpenSSH alone and have corrupted files elsewhere.
 */
const PIPELINE = { writeBytes: 31 * 1024, inFlight: 64 };

const FLAGS = { read: 'r', continue: 'r+', create: 'w' } as const satisfies Record<OpenFor, string>;

/** What is used of an answer to statvfs@openssh.com. */
interface DiskSpace {
  readonly f_bavail: number;
  readonly f_frsize: number;
}

/** The file system behind an SFTP channel; `directory` is relative to the login directory, or absolute. */
export function sftpFiles(sftp: SFTPWrapper, directory: string, ask: Ask): RemoteFiles {
  const at = (path: string): string => posix.join(directory === '' ? '.' : directory, path);
  return {
    pipeline: PIPELINE,
    async look(path) {
      const found = await ifThere(ask<Stats>((done) => sftp.lstat(at(path), done)));
      return found && { kind: found.isFile() ? 'file' : 'other', bytes: found.size };
    },
    async isDirectory(path) {
      return (await ifThere(ask<Stats>((done) => sftp.stat(at(path), done))))?.isDirectory() ?? false;
    },
    async makeDirectory(path) {
      await ask<void>((done) => sftp.mkdir(at(path), { mode: 0o700 }, noValue(done)));
    },
    async open(path, how) {
      return sftpFile(sftp, await ask<Buffer>((done) => sftp.open(at(path), FLAGS[how], { mode: 0o600 }, done)), ask);
    },
    async rename(from, to) {
      // The plain request of SFTP 3, which fails where something lies. posix-rename@openssh.com would replace it.
      await ask<void>((done) => sftp.rename(at(from), at(to), noValue(done)));
    },
    async remove(path) {
      await ask<void>((done) => sftp.unlink(at(path), noValue(done)));
    },
    async freeBytes() {
      const disk = await ifOffered<DiskSpace>(ask, (done) => sftp.ext_openssh_statvfs(at(''), done));
      return disk && disk.f_bavail * disk.f_frsize;
    },
  };
}

function sftpFile(sftp: SFTPWrapper, handle: Buffer, ask: Ask): RemoteFile {
  return {
    async size() {
      return (await ask<Stats>((done) => sftp.fstat(handle, done))).size;
    },
    read(into, position) {
      return ask<number>((done) => sftp.read(handle, into, 0, into.length, position, done));
    },
    write(bytes, position) {
      return ask<void>((done) => sftp.write(handle, bytes, 0, bytes.length, position, noValue(done)));
    },
    async sync() {
      await ifOffered<void>(ask, (done) => sftp.ext_openssh_fsync(handle, done));
    },
    close() {
      return ask<void>((done) => sftp.close(handle, noValue(done)));
    },
  };
}

/** Undefined where nothing lies at the path. */
async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RemoteTrouble && error.trouble === 'missing') return undefined;
    throw error;
  }
}

/** Undefined where the server does not have the extension: ssh2 knows from the greeting and throws at once. */
function ifOffered<T>(
  ask: Ask,
  request: (done: (error: Error | undefined, value: T) => void) => void,
): Promise<T | undefined> {
  return ask<T | undefined>((done) => {
    try {
      request(done);
    } catch {
      done(undefined, undefined);
    }
  });
}

function noValue(done: (error: Error | null | undefined, value: undefined) => void) {
  return (error?: Error | null): void => done(error, undefined);
}
