import { sha256Hex } from '../kernel/digest.ts';
import { type Link, parseEntry, readLine } from './chain.ts';
import type { LedgerBreak, LedgerHead } from './ledger.ts';

/**
 * The entries on the lines that follow `head`, each checked; a break is the last step. `record` is the head recorded
 * beside the lines, looked up before they were: they must reach it and agree with it.
 */
export async function* walk(
  lines: AsyncGenerator<Uint8Array>,
  head: LedgerHead,
  record: LedgerHead | undefined,
): AsyncGenerator<Link | LedgerBreak> {
  let reached = head;
  for await (const line of lines) {
    const link = readLine(line, reached);
    if ('defect' in link) {
      const at = reached.size + 1;
      const next = link.defect === 'previous' ? await lines.next() : undefined;
      const known = next?.done === false ? parseEntry(next.value)?.previous : record?.size === at && record.hash;
      yield at > 1 && known === sha256Hex(line) ? changedBefore(at) : { line: at, reason: link.reason };
      return;
    }
    reached = link.head;
    const step = differsFrom(record, reached) ?? link;
    yield step;
    if (isBreak(step)) return;
  }
  if (record !== undefined && reached.size < record.size) {
    yield { line: reached.size + 1, reason: `it is missing: ledger.head recorded ${record.size} entries` };
  }
}

export function isBreak(step: object): step is LedgerBreak {
  return 'reason' in step;
}

/** A break if the recorded head stands at `head` and is another. */
export function differsFrom(record: LedgerHead | undefined, head: LedgerHead): LedgerBreak | undefined {
  if (record?.size !== head.size || record.hash === head.hash) return undefined;
  return { line: head.size, reason: 'it, or a line before it, is not what ledger.head recorded' };
}

/** The line at `at` is as its successor, or the recorded head, knows it: so the one before was changed, not it. */
function changedBefore(at: number): LedgerBreak {
  return { line: at - 1, reason: `it was changed: line ${at} was made for another line before it` };
}
