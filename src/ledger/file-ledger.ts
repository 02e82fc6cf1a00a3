import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { appendLines, setTornLineAside } from './append-line.ts';
import { EMPTY_HEAD, writeLine } from './chain.ts';
import { errorCode, makePrivateDirectory } from './durable.ts';
import { checkBody } from './entries.ts';
import { readHeadRecord, writeHeadRecord } from './head-record.ts';
import type { Entry, EntryBody, Ledger, LedgerBreak, LedgerHead, LedgerVerification } from './ledger.ts';
import { withLock } from './lock.ts';
import { openLines } from './read-lines.ts';
import { readOn, readOwn, type Snapshot } from './snapshot.ts';
import { isBreak, walk } from './walk.ts';

/** An append takes milliseconds, so this is only ever waited for behind a process that hangs. */
const LOCK_WAIT_MS = 60_000;

type Decide = Parameters<Ledger['append']>[0];

/** Where a ledger lies, and where its time comes from; `salt` is for tests that want to know every byte. */
export interface FileLedgerOptions {
  /** Created on first use, for its owner alone. */
  readonly directory: string;
  readonly clock: () => Date;
  readonly salt?: () => string;
}

/** 128 random bits: too many to try, for whoever wants to know what lies behind a published hash. */
function randomSalt(): string {
  return randomBytes(16).toString('hex');
}

/**
 * The ledger as a file of canonical JSON lines, `ledger.jsonl`, with the head of the last append in `ledger.head`.
 * Any number of processes may append, read and verify at once; only appending takes a lock.
 */
export function openFileLedger({ directory, clock, salt = randomSalt }: FileLedgerOptions): Ledger {
  const path = join(directory, 'ledger.jsonl');
  const headPath = join(directory, 'ledger.head');
  let snapshot: Snapshot | undefined;

  async function* entries(): AsyncGenerator<Entry> {
    try {
      const record = await usableRecord(headPath);
      await using file = await openLines(path);
      for await (const step of walk(file.lines, EMPTY_HEAD, record)) {
        if (isBreak(step)) throw brokenAt(path, step);
        yield step.entry;
      }
    } catch (error) {
      throw understood(error, path);
    }
  }

  async function verify(): Promise<LedgerVerification> {
    try {
      const record = await readHeadRecord(headPath);
      await using file = await openLines(path);
      let [before, last] = [EMPTY_HEAD, EMPTY_HEAD];
      let broken: LedgerBreak | undefined;
      for await (const step of walk(file.lines, EMPTY_HEAD, record === 'damaged' ? undefined : record)) {
        if (isBreak(step)) broken = step;
        else [before, last] = [last, step.head];
      }
      if (record === 'damaged') {
        broken ??= { line: Math.max(1, last.size), reason: 'its record, ledger.head, is damaged' };
      }
      // That a line is broken can turn out when the one after it is read.
      const head = broken !== undefined && broken.line <= last.size ? before : last;
      return { head, broken, torn: file.torn, headRecord: compare(record, last) };
    } catch (error) {
      throw understood(error, path);
    }
  }

  async function append(decide: Decide): Promise<Entry | undefined> {
    try {
      await makePrivateDirectory(directory);
      return await withLock(join(directory, 'ledger.lock'), () => appendAlone(decide), { waitMs: LOCK_WAIT_MS });
    } catch (error) {
      throw understood(error, path);
    }
  }

  async function appendAlone(decide: Decide): Promise<Entry | undefined> {
    await using file = await open(path, 'a+', 0o600);
    const before = await catchUp(file);
    const decided = decide([...before.entries]);
    const bodies = (Array.isArray(decided) ? decided : [decided]) as readonly (EntryBody | undefined)[];
    const time = clock().toISOString();
    const [lines, written]: [string[], Entry[]] = [[], []];
    let { head } = before;
    for (const body of bodies) {
      if (body === undefined) continue;
      checkBody(body);
      const link = writeLine(body, time, salt(), head);
      lines.push(link.line);
      written.push(link.entry);
      head = link.head;
    }
    if (written.length === 0) return undefined;
    await appendLines(path, file, before.end, lines);
    // The entries are there whatever happens now, so to fail would be to lie; the next append writes the head, or fails.
    snapshot = await readOwn(file, before, written, head).catch(() => undefined);
    await writeHeadRecord(headPath, head).catch(() => {});
    return written.at(-1);
  }

  /** Reads what is new, and mends what a crash left: an unfinished line, a head that is one entry behind. */
  async function catchUp(file: FileHandle): Promise<Snapshot> {
    const known = snapshot;
    snapshot = undefined; // whatever goes wrong, the next append starts from the file
    const record = await usableRecord(headPath);
    const now = await readOn(file, known, record);
    if (isBreak(now)) throw brokenAt(path, now);
    if (now.end < now.size) {
      const stamp = clock().toISOString().replaceAll(/[-:]/g, '');
      await setTornLineAside(file, now.end, now.size, join(directory, `ledger.torn-${stamp}`));
    }
    if (compare(record, now.head) !== 'agrees') await writeHeadRecord(headPath, now.head);
    snapshot = now;
    return now;
  }

  return { entries, append, verify };
}

async function usableRecord(headPath: string): Promise<LedgerHead | undefined> {
  const record = await readHeadRecord(headPath);
  if (record !== 'damaged') return record;
  throw new Fault(ExitCode.ledger, 'ledger-broken', `${headPath} is damaged: it is not what an append writes.`, {
    hint: 'Verify the ledger, compare its head with the last one published, and if they fit delete this file.',
  });
}

function compare(record: LedgerHead | undefined | 'damaged', head: LedgerHead): LedgerVerification['headRecord'] {
  if (record === undefined || record === 'damaged') return head.size === 0 ? 'agrees' : 'missing';
  return record.size < head.size ? 'behind' : 'agrees';
}

function brokenAt(path: string, { line, reason }: LedgerBreak): Fault {
  return new Fault(ExitCode.ledger, 'ledger-broken', `${path} is broken at line ${line}: ${reason}.`, {
    hint: 'Nothing more is appended to it. Keep it as evidence, and restore a copy that fits the heads that were published.',
    problems: [{ code: 'ledger-broken', message: reason, file: path, line }],
  });
}

/** What the system refuses (no permission, no room) is a fault that people can mend; anything else stays as it is. */
function understood(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'syscall' in error ? errorCode(error) : undefined;
  if (code === undefined) return error;
  return new Fault(ExitCode.ledger, 'ledger-unavailable', `The ledger ${path} can't be used (${code}).`);
}
