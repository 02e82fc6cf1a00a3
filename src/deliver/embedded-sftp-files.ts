import * as fs from 'node:fs';
import { join, posix, sep } from 'node:path';
import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2';

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

/**
 * Answers the requests of one SFTP channel with the files below `root`, which it shows as `/`. The work is done
 * synchronously: requests are then carried out in the order in which they came, and a demonstration needs no more.
 * Links are neither made nor followed, so no path leads out. Returns what closes the files that are still open.
 */
export function serveSftpFiles(sftp: SFTPWrapper, root: string): () => void {
  const files = new Map<string, number>();
  const listings = new Map<string, string | undefined>();
  let handleCount = 0;
  const newHandle = (): Buffer => {
    handleCount += 1;
    return Buffer.from(String(handleCount));
  };
  const at = (path: string): string => confine(root, path);
  const ok = (request: number): void => sftp.status(request, STATUS_CODE.OK);
  const attributes = (request: number, path: string): void => sftp.attrs(request, attributesOf(fs.lstatSync(at(path))));
  const on = <A extends unknown[]>(event: string, work: (request: number, ...args: A) => void): void => {
    sftp.on(event, (request: number, ...args: A) => {
      try {
        work(request, ...args);
      } catch (error) {
        sftp.status(request, statusOf(error));
      }
    });
  };

  on('REALPATH', (request, path: string) => {
    const filename = posix.resolve('/', path);
    sftp.name(request, [{ filename, longname: filename, attrs: attributesOf(fs.lstatSync(root)) }]);
  });
  on('LSTAT', attributes);
  on('STAT', attributes);
  on('MKDIR', (request, path: string) => {
    fs.mkdirSync(at(path), { mode: 0o700 });
    ok(request);
  });
  on('REMOVE', (request, path: string) => {
    fs.unlinkSync(at(path));
    ok(request);
  });
  on('RENAME', (request, from: string, to: string) => {
    // As OpenSSH does it: a link fails where something lies, a rename would replace it.
    fs.linkSync(at(from), at(to));
    fs.unlinkSync(at(from));
    ok(request);
  });

  on('OPEN', (request, path: string, flags: number, wanted: Partial<Attributes>) => {
    const mode = (wanted.mode ?? 0o600) & 0o777;
    const fd = fs.openSync(at(path), openFlags(flags), mode);
    const handle = newHandle();
    files.set(handle.toString(), fd);
    sftp.handle(request, handle);
  });
  on('READ', (request, handle: Buffer, position: number, bytes: number) => {
    const buffer = Buffer.allocUnsafe(Math.min(bytes, 256 * 1024));
    const got = fs.readSync(known(files, handle), buffer, 0, buffer.length, position);
    if (got === 0) sftp.status(request, STATUS_CODE.EOF);
    else sftp.data(request, buffer.subarray(0, got));
  });
  on('WRITE', (request, handle: Buffer, position: number, bytes: Buffer) => {
    let written = 0;
    while (written < bytes.length) {
      written += fs.writeSync(known(files, handle), bytes, written, bytes.length - written, position + written);
    }
    ok(request);
  });
  on('FSTAT', (request, handle: Buffer) => {
    sftp.attrs(request, attributesOf(fs.fstatSync(known(files, handle))));
  });
  on('OPENDIR', (request, path: string) => {
    if (!fs.lstatSync(at(path)).isDirectory()) throw new StatusError(STATUS_CODE.FAILURE);
    const handle = newHandle();
    listings.set(handle.toString(), at(path));
    sftp.handle(request, handle);
  });
  on('READDIR', (request, handle: Buffer) => {
    const directory = known(listings, handle);
    if (directory === undefined) return sftp.status(request, STATUS_CODE.EOF);
    // The whole directory is one answer; the second request is told that there is no more.
    listings.set(handle.toString(), undefined);
    const names = fs.readdirSync(directory);
    sftp.name(
      request,
      names.map((name) => entry(name, fs.lstatSync(join(directory, name)))),
    );
  });
  on('CLOSE', (request, handle: Buffer) => {
    if (listings.delete(handle.toString())) return ok(request);
    fs.closeSync(known(files, handle));
    files.delete(handle.toString());
    ok(request);
  });

  return () => {
    for (const fd of files.values()) fs.closeSync(fd);
    files.clear();
  };
}

class StatusError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`SFTP status ${status}`);
    this.status = status;
  }
}

/** The real path of a shown one. `..` stops at the root, and a link on the way must not lead out of it. */
function confine(root: string, path: string): string {
  const shown = posix.resolve('/', path);
  if (shown === '/') return root;
  const parent = fs.realpathSync(join(root, posix.dirname(shown)));
  if (parent !== root && !parent.startsWith(root + sep)) throw new StatusError(STATUS_CODE.PERMISSION_DENIED);
  return join(parent, posix.basename(shown));
}

function known<T>(handles: ReadonlyMap<string, T>, handle: Buffer): T {
  const key = handle.toString();
  if (!handles.has(key)) throw new StatusError(STATUS_CODE.FAILURE);
  return handles.get(key) as T;
}

function openFlags(flags: number): number {
  const { constants } = fs;
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const access = has(OPEN_MODE.WRITE) ? (has(OPEN_MODE.READ) ? constants.O_RDWR : constants.O_WRONLY) : 0;
  return (
    access |
    (has(OPEN_MODE.CREAT) ? constants.O_CREAT : 0) |
    (has(OPEN_MODE.TRUNC) ? constants.O_TRUNC : 0) |
    (has(OPEN_MODE.EXCL) ? constants.O_EXCL : 0) |
    constants.O_NOFOLLOW
  );
}

function attributesOf({ mode, uid, gid, size, atimeMs, mtimeMs }: fs.Stats): Attributes {
  return { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) };
}

/** The long name is what `ls -l` shows; people and old clients read it. */
function entry(filename: string, stats: fs.Stats): FileEntry {
  const longname = `${stats.isDirectory() ? 'drwx' : '-rw-'}------ 1 ${stats.uid} ${stats.gid} ${stats.size} ${filename}`;
  return { filename, longname, attrs: attributesOf(stats) };
}

function statusOf(error: unknown): number {
  if (error instanceof StatusError) return error.status;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return STATUS_CODE.NO_SUCH_FILE;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return STATUS_CODE.PERMISSION_DENIED;
    default:
      return STATUS_CODE.FAILURE;
  }
}
