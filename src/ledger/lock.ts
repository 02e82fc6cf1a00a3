import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, mkdir, open, readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { errorCode } from './durable.ts';

/*
 * The lock is flock(2) on a lock file. Node can't call it, but it belongs to the open file description, not to a
 * process: a helper that inherits our descriptor takes the lock, exits, and leaves us holding it (what shell scripts
 * do with `flock 9`). The kernel lets go of it when we close the file or die, SIGKILL included, so there is nothing
 * stale, nobody who breaks it, no race of two breakers, no pid to be reused or to mean another process in another
 * container; it holds between containers of one machine, and between machines where the file system supports locks.
 * Two descriptors of one process exclude each other as well, worker threads included.
 *
 * Looked at and left:
 * - a file created with O_EXCL that names its owner: whether the owner still lives can't be told across pid
 *   namespaces or machines, so after a crash there it either blocks for ever or is broken while held;
 * - a listening unix socket: a dead one has to be unlinked, which two breakers race for, and an abstract one ends at
 *   the network namespace;
 * - the fcntl lock of an open DuckDB database: owned by the process, and lost as soon as anything in the process
 *   closes the same file (tried: a second open and close let another process in); 18 ms of processor time each.
 *
 * The lock file is never deleted: whoever locked it before and whoever creates it anew would both be alone.
 */
const HELPERS: readonly Helper[] = [
  // util-linux, busybox
  { command: 'flock', attempt: ['-x', '-n', '3'], wait: ['-x', '3'] },
  // what else is nearly everywhere; macOS has no flock(1)
  { command: 'perl', attempt: ['-e', perl('LOCK_EX | LOCK_NB')], wait: ['-e', perl('LOCK_EX')] },
];

/** A program that locks its descriptor 3: exit 0 if it did, 1 if it may not wait and somebody else has the lock. */
interface Helper {
  readonly command: string;
  readonly attempt: readonly string[];
  readonly wait: readonly string[];
}

function perl(how: string): string {
  return `use Fcntl ":flock"; open(F, "+<&=", 3) or exit 66; flock(F, ${how}) or exit($!{EWOULDBLOCK} ? 1 : 66)`;
}

/** In-process callers queue here, so that a burst of them doesn't start a helper each; the lock itself needs no queue. */
const queues = new Map<string, Promise<void>>();

/**
 * Runs `work` while holding the lock of `path`, a file of its own which is created if need be and says who holds it.
 * Not re-entrant. Not having the lock after `waitMs` is a Fault with exit 16 that names the holder.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: { readonly waitMs: number },
): Promise<T> {
  const key = resolve(path);
  const deadline = performance.now() + options.waitMs;
  const before = queues.get(key) ?? Promise.resolve();
  let leave: () => void = () => {};
  const turn = new Promise<void>((done) => {
    leave = done;
  });
  const queue = before.then(() => turn);
  queues.set(key, queue);
  try {
    if (!(await settledBy(before, deadline))) throw await held(path, options.waitMs);
    await using _lock = await acquire(key, deadline, options.waitMs);
    return await work();
  } finally {
    leave();
    if (queues.get(key) === queue) queues.delete(key);
  }
}

async function acquire(path: string, deadline: number, waitMs: number): Promise<AsyncDisposable> {
  for (;;) {
    const file = await openLockFile(path);
    let mine = false;
    try {
      if (!(await flock(file, path, deadline))) throw await held(path, waitMs);
      mine = await isStillAt(path, file);
    } finally {
      if (!mine) await file.close();
    }
    if (!mine) continue;
    await sign(file, `process ${process.pid} on ${hostname()} since ${new Date().toISOString()}\n`);
    return {
      async [Symbol.asyncDispose]() {
        await sign(file, '');
        await file.close();
      },
    };
  }
}

/** Says in the lock file who holds it. A courtesy to those who wait: the lock is as good without, on a full disk say. */
async function sign(file: FileHandle, holder: string): Promise<void> {
  try {
    await file.truncate(0);
    await file.writeFile(holder);
  } catch {}
}

async function openLockFile(path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await open(path, 'a+', 0o600);
  } catch (error) {
    throw new Fault(
      ExitCode.ledger,
      'lock-unavailable',
      `The lock file ${path} can't be opened (${errorCode(error)}).`,
    );
  }
}

/** Whether the lock was taken; tries once however late it is. */
async function flock(file: FileHandle, path: string, deadline: number): Promise<boolean> {
  for (const helper of HELPERS) {
    const attempt = await run(helper.command, helper.attempt, file, Number.POSITIVE_INFINITY);
    if (attempt === 'absent') continue;
    // A helper killed just after the kernel gave it the lock leaves it with `file`, which the caller then closes.
    const outcome = attempt === 1 ? await run(helper.command, helper.wait, file, deadline) : attempt;
    if (outcome === 0) return true;
    if (outcome === 'late') return false;
    throw new Fault(ExitCode.ledger, 'lock-unavailable', `${helper.command} can't lock ${path} (exit ${outcome}).`, {
      hint: 'The state directory must be on a file system that supports locks (flock).',
    });
  }
  throw new Fault(ExitCode.ledger, 'lock-unavailable', `There is no program to lock ${path} with.`, {
    hint: 'Install flock (util-linux) or perl.',
  });
}

/** The exit code of a helper with `file` as its descriptor 3. */
async function run(
  command: string,
  args: readonly string[],
  file: FileHandle,
  deadline: number,
): Promise<number | 'late' | 'absent' | 'killed'> {
  // Detached, so that an interrupt from the terminal leaves it to us what becomes of the lock.
  const helper = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', file.fd], detached: true });
  let late = false;
  const kill = () => {
    late = true;
    helper.kill('SIGKILL');
  };
  const timer = Number.isFinite(deadline) ? setTimeout(kill, Math.max(0, deadline - performance.now())) : undefined;
  try {
    const [code]: unknown[] = await once(helper, 'exit');
    return typeof code === 'number' ? code : late ? 'late' : 'killed';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'absent';
    throw new Fault(ExitCode.ledger, 'lock-unavailable', `${command} can't be started (${errorCode(error)}).`);
  } finally {
    clearTimeout(timer);
  }
}

/** False if the file was deleted or replaced while we waited: then the lock we have excludes nobody who comes now. */
async function isStillAt(path: string, file: FileHandle): Promise<boolean> {
  const [ours, theirs] = await Promise.all([file.stat(), stat(path).catch(() => undefined)]);
  return ours.ino === theirs?.ino && ours.dev === theirs.dev;
}

async function settledBy(promise: Promise<void>, deadline: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(done, Math.max(0, deadline - performance.now()), false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function held(path: string, waitMs: number): Promise<Fault> {
  const holder = (await readFile(path, 'utf8').catch(() => '')).trim() || 'another process';
  return new Fault(ExitCode.ledger, 'lock-held', `${path} is held by ${holder}; waited ${waitMs / 1000} s.`, {
    hint: 'Wait for that process to end, or end it; the lock goes with it.',
  });
}
