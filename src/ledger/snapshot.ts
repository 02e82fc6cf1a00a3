import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { EMPTY_HEAD } from './chain.ts';
import type { Entry, LedgerBreak, LedgerHead } from './ledger.ts';
import { endOfLastLine, readAt, readLines } from './read-lines.ts';
import { differsFrom, isBreak, walk } from './walk.ts';

/** A whole ledger in memory, so that appending again reads only what others appended in between. */
export interface Snapshot {
  readonly entries: readonly Entry[];
  readonly head: LedgerHead;
  /** Where the last line ends. */
  readonly end: number;
  /** The size of the file; more than `end` if the last line is torn. */
  readonly size: number;
  /** Which file it was, and when it was last written to. */
  readonly file: string;
  readonly changed: bigint;
}

/** The ledger as it is now, from what is known of it; must be called under the lock. `known` is used up. */
export async function readOn(
  file: FileHandle,
  known: Snapshot | undefined,
  record: LedgerHead | undefined,
): Promise<Snapshot | LedgerBreak> {
  const stats = await file.stat({ bigint: true });
  const size = Number(stats.size);
  const base = known !== undefined && (await stillHolds(file, known, stats)) ? known : undefined;
  const start = base?.end ?? 0;
  const end = await endOfLastLine(file, start, size);
  const entries = (base?.entries ?? []) as Entry[]; // pushed to, not copied: copying 100,000 each time is what we save
  let head = base?.head ?? EMPTY_HEAD;
  const differs = record === undefined ? undefined : differsFrom(record, headAt(record.size, entries, head));
  if (differs !== undefined) return differs;
  for await (const step of walk(readLines(file, start, end), head, record)) {
    if (isBreak(step)) return step;
    entries.push(step.entry);
    head = step.head;
  }
  return { entries, head, end, size, file: identity(stats), changed: stats.ctimeNs };
}

/** The same after our own entries were written to the end, so that the next append finds nothing to read. */
export async function readOwn(
  file: FileHandle,
  known: Snapshot,
  written: readonly Entry[],
  head: LedgerHead,
): Promise<Snapshot> {
  const stats = await file.stat({ bigint: true });
  const size = Number(stats.size);
  for (const entry of written) (known.entries as Entry[]).push(entry);
  return { entries: known.entries, head, end: size, size, file: identity(stats), changed: stats.ctimeNs };
}

/**
 * Whether the file only grew. An old line changed in place is noticed if nothing was appended since; otherwise only
 * reading everything shows it, which every new process and `verify` do.
 */
async function stillHolds(file: FileHandle, known: Snapshot, stats: BigIntStats): Promise<boolean> {
  const size = Number(stats.size);
  if (known.file !== identity(stats) || size < known.end) return false;
  if (size === known.size && stats.ctimeNs !== known.changed) return false;
  const last = known.entries.at(-1);
  if (last === undefined) return true;
  const line = Buffer.from(`${canonicalJson(last)}\n`);
  return line.equals(await readAt(file, known.end - line.length, line.length));
}

function identity(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

/** The head as it was when the ledger had `size` entries, so far as `entries` reach. */
function headAt(size: number, entries: readonly Entry[], head: LedgerHead): LedgerHead {
  const next = entries[size];
  return next === undefined ? head : { size, hash: next.previous };
}
