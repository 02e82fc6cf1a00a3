import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Canary, found } from './canaries.ts';

/** What was seen where: `leaks` are canaries in names or contents, as `path: name`. */
export interface Seen {
  readonly leaks: ReadonlySet<string>;
  /** Every path that ever was there. */
  readonly paths: ReadonlySet<string>;
  /** What was read of the files, in the order in which it was. */
  readonly contents: readonly Buffer[];
}

/** Looks once at everything under the folders: names, and what is in regular files. Pipes are never opened. */
export function look(folders: readonly string[], among: readonly Canary[]): Seen {
  const seen = { leaks: new Set<string>(), paths: new Set<string>(), contents: [], known: new Map<string, Stats>() };
  for (const folder of folders) lookInto(folder, among, seen);
  return seen;
}

interface Looking {
  readonly leaks: Set<string>;
  readonly paths: Set<string>;
  readonly contents: Buffer[];
  /** What a file was like when it was last read. */
  readonly known: Map<string, Stats>;
}

function lookInto(path: string, among: readonly Canary[], seen: Looking): void {
  let what: Stats;
  try {
    what = lstatSync(path);
  } catch {
    return; // gone meanwhile
  }
  if (!seen.paths.has(path)) {
    seen.paths.add(path);
    for (const name of found(Buffer.from(path), among)) seen.leaks.add(`the name ${path}: ${name}`);
  }
  if (what.isDirectory()) {
    for (const name of namesIn(path)) lookInto(join(path, name), among, seen);
  } else if (what.isFile()) {
    const before = seen.known.get(path);
    if (before?.ino === what.ino && before.size === what.size && before.mtimeMs === what.mtimeMs) return;
    // A file that grew is read from a little before where it ended.
    const from = before?.ino === what.ino && before.size < what.size ? Math.max(0, before.size - OVERLAP) : 0;
    const content = contentOf(path, from);
    if (content === undefined) return;
    seen.known.set(path, what);
    seen.contents.push(content);
    for (const name of found(content, among)) seen.leaks.add(`${path}: ${name}`);
  }
}

/** Longer than any canary. */
const OVERLAP = 512;

function contentOf(path: string, from: number): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const content = Buffer.alloc(Math.max(0, fstatSync(file).size - from));
    return content.subarray(0, readSync(file, content, 0, content.length, from));
  } catch {
    return undefined; // gone meanwhile
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Often enough to see every file grow, and not so often that the process starves where processors are few. */
const LOOK_EVERY_MS = 5;

/** Looks again and again while a process lives, and once more; also at where it has files open for writing. */
export async function watch(
  process: { readonly pid?: number | undefined },
  ended: Promise<unknown>,
  folders: readonly string[],
  among: readonly Canary[],
  looked: (seen: Seen) => void = () => {},
): Promise<Seen & { readonly written: ReadonlySet<string> }> {
  const seen = { leaks: new Set<string>(), paths: new Set<string>(), contents: [], known: new Map<string, Stats>() };
  const written = new Set<string>();
  let lives = true;
  const end = ended.finally(() => {
    lives = false;
  });
  while (lives) {
    for (const path of openForWriting(process.pid)) written.add(path);
    for (const folder of folders) lookInto(folder, among, seen);
    looked(seen);
    await pause(LOOK_EVERY_MS);
  }
  await end;
  for (const folder of folders) lookInto(folder, among, seen);
  return { ...seen, written };
}

/** The regular files that a process may write to just now (Linux). */
function openForWriting(pid: number | undefined): string[] {
  return namesIn(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const flags = /^flags:\s+0*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
      const path = readlinkSync(`/proc/${pid}/fd/${fd}`);
      const mayWrite = (Number.parseInt(flags, 8) & 0o3) !== 0;
      return mayWrite && path.startsWith('/') && lstatSync(path).isFile() ? [path] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}
