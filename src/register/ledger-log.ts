import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Entry, LedgerHead } from '../ledger/ledger.ts';
import { concealed, type LoggedEntry, lineOfLogged, loggedEntry } from '../ledger/log-leaf.ts';
import { MerkleTree } from '../ledger/merkle.ts';
import type { RegisterFold } from './register-fold.ts';
import { again } from './store/again.ts';
import { LineList } from './store/line-list.ts';
import type { Scratch } from './store/scratch.ts';

/** A whole ledger as a publication shows it: every entry, with its facts where it has some, and the tree over all. */
export interface LedgerLog {
  /** A line an entry: `{"seq":…,"kind":…}` with `entry` and `facts`, or with `content` alone. */
  readonly lines: Iterable<string>;
  readonly tree: MerkleTree;
  readonly head: LedgerHead;
}

/**
 * Reads a ledger once, and tells a fold what it discloses. Of a release that nobody received, only that it was intended
 * is shown; the fold passes over it by itself.
 */
export async function ledgerLog(
  ledger: AsyncIterable<Entry>,
  scratch: Scratch,
  fold: Pick<RegisterFold, 'take'>,
): Promise<LedgerLog> {
  const lines = new LineList(scratch);
  const pending = new Map<string, number>();
  const tree = new MerkleTree();
  const take = (entry: Entry, line: string): void => {
    const logged = loggedEntry(entry, line);
    const { line: shown, hash } = lineOfLogged(logged, tree.size + 1);
    tree.append(hash);
    lines.push(shown);
    if ('facts' in logged) {
      const { facts } = logged;
      if (facts.kind === 'intended' && !pending.has(facts.release)) pending.set(facts.release, tree.size);
      if (facts.kind === 'delivered') pending.delete(facts.release);
      fold.take(tree.size, facts);
    }
  };
  let last: Entry | undefined;
  for await (const entry of ledger) {
    // The ledger was checked as it was read: what an entry calls `previous` is the hash of the line before.
    if (last !== undefined) take(last, entry.previous);
    last = entry;
  }
  const head = last === undefined ? '0'.repeat(64) : sha256Hex(canonicalJson(last));
  if (last !== undefined) take(last, head);
  const hidden = new Set(pending.values());
  return { lines: again(() => shown(lines, hidden)), tree, head: { size: tree.size, hash: head } };
}

function* shown(lines: LineList, hidden: ReadonlySet<number>): Generator<string> {
  let seq = 0;
  for (const line of lines) {
    seq += 1;
    if (!hidden.has(seq)) {
      yield line;
      continue;
    }
    const { seq: _seq, ...logged } = JSON.parse(line);
    yield lineOfLogged(concealed(logged as LoggedEntry), seq).line;
  }
}
