import { isUtf8 } from 'node:buffer';
import { canonicalJson, type Json } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Entry, EntryBody, LedgerHead } from './ledger.ts';

/** The head of a ledger that has no entry yet. */
export const EMPTY_HEAD: LedgerHead = { size: 0, hash: '0'.repeat(64) };

/** An entry, and the head of the ledger that ends with it. */
export interface Link {
  readonly entry: Entry;
  readonly head: LedgerHead;
}

/** Why a line doesn't continue the chain. `previous`: the line is sound in itself, but not made for the line before. */
export interface LineDefect {
  readonly defect: 'form' | 'seq' | 'previous';
  readonly reason: string;
}

/** The line (without line feed) that says `body` after `head`, and the entry as whoever reads it back will have it. */
export function writeLine(
  body: EntryBody,
  time: string,
  salt: string,
  head: LedgerHead,
): Link & { readonly line: string } {
  for (const member of ['seq', 'time', 'previous', 'salt']) {
    if (Object.hasOwn(body, member)) throw new Error(`an entry's ${member} is the ledger's to set`);
  }
  const line = canonicalJson({ ...body, seq: head.size + 1, time, previous: head.hash, salt });
  const link = readLine(Buffer.from(line), head);
  if ('defect' in link) throw new Error(`an entry ${body.kind} can't be written: ${link.reason}`);
  return { line, ...link };
}

/** The entry on a line (without line feed) that stands after `head`, or what is wrong with it; quotes nothing of it. */
export function readLine(line: Uint8Array, head: LedgerHead): Link | LineDefect {
  const entry = parseEntry(line);
  if (entry === undefined) return { defect: 'form', reason: 'it is not an entry in canonical JSON' };
  const seq = head.size + 1;
  if (entry.seq !== seq) return { defect: 'seq', reason: `its seq is ${entry.seq}` };
  if (entry.previous !== head.hash) {
    return {
      defect: 'previous',
      reason: seq === 1 ? 'its previous is not zeros' : `it doesn't continue line ${seq - 1}`,
    };
  }
  return { entry, head: { size: seq, hash: sha256Hex(line) } };
}

/** The entry that a line spells, wherever it stands. */
export function parseEntry(line: Uint8Array): Entry | undefined {
  if (!isUtf8(line)) return undefined;
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isEntry(value) && canonicalJson(value) === text ? value : undefined;
}

/** The head of a ledger that has these entries; they stand in it as they are, so that their line can be made again. */
export function headOf(entries: readonly Entry[]): LedgerHead {
  const last = entries.at(-1);
  return last === undefined ? EMPTY_HEAD : { size: last.seq, hash: sha256Hex(canonicalJson(last)) };
}

function isEntry(value: Json): value is Entry {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { seq, time, previous, kind, salt } = value as { readonly [member: string]: Json };
  return (
    Number.isSafeInteger(seq) &&
    typeof previous === 'string' &&
    typeof kind === 'string' &&
    (salt === undefined || (typeof salt === 'string' && /^[0-9a-f]{32}$/.test(salt))) &&
    typeof time === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time)
  );
}
