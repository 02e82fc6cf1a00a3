import { Fault } from '../../kernel/fault.ts';
import type { LoggedEntry } from '../../ledger/log-leaf.ts';
import type { PublishedFacts } from '../../ledger/published-facts.ts';
import { PATHS } from '../publication.ts';
import { logLines } from './log-lines.ts';
import type { PublicationSource } from './publication-source.ts';

/** Why a log can't be read on. */
export class LogDefect extends Error {
  /** How many entries there were before. */
  readonly before: number;
  readonly defect: 'unreadable' | 'no-entry';

  constructor(defect: LogDefect['defect'], before: number) {
    super(defect);
    this.defect = defect;
    this.before = before;
  }
}

/** The entries of a publication's log, in order, some at a time; throws a LogDefect where there are no more to be had. */
export async function* loggedEntries(source: PublicationSource): AsyncGenerator<readonly LoggedEntry[]> {
  await using file = await source.open(PATHS.entries);
  if (file === undefined) throw new LogDefect('unreadable', 0);
  let seq = 0;
  try {
    for await (const lines of logLines(file)) {
      const entries: LoggedEntry[] = [];
      for (const line of lines) {
        const entry = parseLogged(line, seq + 1);
        if (entry === undefined) {
          yield entries;
          throw new LogDefect('no-entry', seq);
        }
        entries.push(entry);
        seq += 1;
      }
      yield entries;
    }
  } catch (error) {
    throw error instanceof LogDefect || error instanceof Fault ? error : new LogDefect('unreadable', seq);
  }
}

/** Some entries of a log by their indices (from 0), read once more; those that it does not have are left out. */
export async function entriesAt(
  source: PublicationSource,
  indices: readonly number[],
): Promise<ReadonlyMap<number, LoggedEntry>> {
  const [found, wanted] = [new Map<number, LoggedEntry>(), new Set(indices)];
  let index = 0;
  try {
    for await (const entries of loggedEntries(source)) {
      for (const entry of entries) {
        if (wanted.has(index)) found.set(index, entry);
        index += 1;
      }
      if (found.size === wanted.size) break;
    }
  } catch (error) {
    if (!(error instanceof LogDefect)) throw error;
  }
  return found;
}

function parseLogged(line: string, seq: number): LoggedEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  const { seq: place, kind, entry, facts, content } = value as Readonly<Record<string, unknown>>;
  if (place !== seq || typeof kind !== 'string') return undefined;
  if (typeof content === 'string' && facts === undefined) return { kind, content };
  if (typeof entry !== 'string' || facts === null || typeof facts !== 'object') return undefined;
  if ((facts as { kind?: unknown }).kind !== kind) return undefined;
  return { kind, entry, facts: facts as PublishedFacts };
}
