import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Entry, LedgerHead } from '../ledger/ledger.ts';
import { concealed, hashOfLogged, type LoggedEntry, loggedEntry } from '../ledger/log-leaf.ts';
import { MerkleTree } from '../ledger/merkle.ts';
import type { SequencedFacts } from './register.ts';

/** A whole ledger as a publication shows it: every entry, with its facts where it has some, and the tree over all. */
export interface LedgerLog {
  readonly entries: readonly LoggedEntry[];
  readonly tree: MerkleTree;
  readonly head: LedgerHead;
}

/** Reads a ledger. Of a release that nobody received, only that it was intended is shown. */
export async function ledgerLog(ledger: AsyncIterable<Entry>): Promise<LedgerLog> {
  const entries: LoggedEntry[] = [];
  const pending = new Map<string, number>();
  const tree = new MerkleTree();
  const take = (entry: Entry, line: string): void => {
    const logged = loggedEntry(entry, line);
    tree.append(hashOfLogged(logged));
    if ('facts' in logged) {
      if (logged.facts.kind === 'intended' && !pending.has(logged.facts.release))
        pending.set(logged.facts.release, entries.length);
      if (logged.facts.kind === 'delivered') pending.delete(logged.facts.release);
    }
    entries.push(logged);
  };
  let last: Entry | undefined;
  for await (const entry of ledger) {
    // The ledger was checked as it was read: what an entry calls `previous` is the hash of the line before.
    if (last !== undefined) take(last, entry.previous);
    last = entry;
  }
  const head = last === undefined ? '0'.repeat(64) : sha256Hex(canonicalJson(last));
  if (last !== undefined) take(last, head);
  for (const index of pending.values()) {
    const logged = entries[index];
    if (logged !== undefined) entries[index] = concealed(logged);
  }
  return { entries, tree, head: { size: entries.length, hash: head } };
}

/** The facts that are disclosed, with the places of their entries. */
export function* disclosedFacts(entries: readonly LoggedEntry[]): Generator<SequencedFacts> {
  for (const [index, logged] of entries.entries()) {
    if ('facts' in logged) yield { seq: index + 1, facts: logged.facts };
  }
}
