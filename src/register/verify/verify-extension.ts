import type { Problem } from '../../kernel/problem.ts';
import type { MerkleTree } from '../../ledger/merkle.ts';
import { entryInWords } from './entry-in-words.ts';
import { problem } from './publication-problem.ts';
import type { SeenLog, VerifiedPublication } from './verify-publication.ts';

/** Proves that a later publication goes on from an earlier one: the same log, nothing removed, nothing rewritten. */
export async function verifyExtension(
  earlier: SeenLog & Pick<VerifiedPublication, 'entryAt'>,
  later: SeenLog,
): Promise<Problem[]> {
  const { label } = later;
  const from = earlier.checkpoint;
  if (earlier.verifier.text !== later.verifier.text || from.origin !== later.checkpoint.origin) {
    const message = `it is of another log or key than ${earlier.label}: ${later.checkpoint.origin}, not ${from.origin}`;
    return [problem(label, 'other-log', message)];
  }
  if (later.tree.size < later.checkpoint.size) {
    return from.size === later.checkpoint.size && !Buffer.from(from.root).equals(later.checkpoint.root)
      ? [problem(label, 'rewritten', `it is another state of the ledger than ${earlier.label}, with as many entries`)]
      : [];
  }
  const known = Math.min(from.size, later.tree.size);
  if (from.size <= later.tree.size && later.tree.root(from.size).equals(from.root)) return [];
  for (let index = 0; index < Math.min(known, earlier.tree.size); index += 1) {
    if (earlier.tree.leaf(index).equals(later.tree.leaf(index))) continue;
    const old = await earlier.entryAt(index);
    const gone = !holds(later.tree, earlier.tree.leaf(index));
    const what = old === undefined ? `entry ${index + 1}` : `entry ${index + 1}, ${entryInWords(old)},`;
    const message = `${what} is not as ${earlier.label} has it: it was ${gone ? 'rewritten or removed' : 'moved'}`;
    return [{ ...problem(label, 'rewritten', message, `entry ${index + 1}`), hint: REWRITTEN }];
  }
  if (from.size > later.tree.size) {
    const lost = await earlier.entryAt(later.tree.size);
    const what = lost === undefined ? '' : `, from entry ${later.tree.size + 1} on: ${entryInWords(lost)}`;
    const message = `it has ${later.tree.size} entries, and ${earlier.label} had ${from.size}: some were removed${what}`;
    return [{ ...problem(label, 'removed', message), hint: REWRITTEN }];
  }
  const message = `the first ${from.size} entries are not those of ${earlier.label}: something was rewritten or removed`;
  return [
    {
      ...problem(label, 'rewritten', message),
      hint: `${REWRITTEN}; give the whole earlier publication to have the row named`,
    },
  ];
}

const REWRITTEN = 'a ledger is only ever appended to: ask the custodian which of the two is the true one';

/** How the rows of an earlier publication stand in a later one. */
export interface RowsSince {
  readonly unchanged: number;
  readonly changed: number;
  readonly withdrawn: number;
  readonly added: number;
}

/** Counts what became of the earlier rows; each that changed has the entry that says so, or it would not be in the log. */
export function rowsSince(earlier: VerifiedPublication, later: VerifiedPublication): RowsSince | undefined {
  const [before, now] = [earlier.register, later.register];
  if (before === undefined || now === undefined) return undefined;
  let [unchanged, changed, withdrawn, all] = [0, 0, 0, 0];
  // A release may name a file twice; such rows are counted as the one that they are.
  for (let number = 0; number < now.rowCount; number += 1) {
    const { seq, id } = now.row(number);
    if (now.rowOf(seq, id) === number) all += 1;
  }
  for (const row of before.rows()) {
    const number = now.rowOf(row.seq, row.id);
    if (number === undefined) continue;
    const same = now.row(number);
    if (same.withdrawn !== undefined && row.withdrawn === undefined) withdrawn += 1;
    else if (JSON.stringify(same.values) === JSON.stringify(row.values)) unchanged += 1;
    else changed += 1;
  }
  return { unchanged, changed, withdrawn, added: all - unchanged - changed - withdrawn };
}

function holds(tree: MerkleTree, leaf: Uint8Array): boolean {
  for (let index = 0; index < tree.size; index += 1) if (tree.leaf(index).equals(leaf)) return true;
  return false;
}
