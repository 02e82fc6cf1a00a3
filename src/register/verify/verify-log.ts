import type { DateRange } from '../../kernel/date-range.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Checkpoint } from '../../ledger/checkpoint.ts';
import { hashOfLogged } from '../../ledger/log-leaf.ts';
import { MerkleTree } from '../../ledger/merkle.ts';
import { hashesOf, leafTilePaths, tilesOf } from '../../ledger/tiles.ts';
import { PATHS } from '../publication.ts';
import type { Register } from '../register.ts';
import { RegisterFold } from '../register-fold.ts';
import type { Scratch } from '../store/scratch.ts';
import { entryInWords } from './entry-in-words.ts';
import { entriesAt, LogDefect, loggedEntries } from './logged-entries.ts';
import { problem } from './publication-problem.ts';
import { type PublicationSource, smallFile } from './publication-source.ts';
import { WithheldEntries } from './withheld-entries.ts';

/** As many as a reader needs to see what is wrong. */
const SHOWN = 20;

/** A publication's log, read once. */
export interface ReadLog {
  readonly tree: MerkleTree;
  /** What the facts make of the days; undefined where they have no shape of facts. */
  readonly register: Register | undefined;
  /** What of the log is not in the tree that the checkpoint signs, and what is held back of it. */
  readonly problems: readonly Problem[];
}

/** Reads the log of a publication, and computes what its facts make of some days. */
export async function readLog(
  source: PublicationSource,
  checkpoint: Checkpoint,
  range: DateRange,
  scratch: Scratch,
): Promise<ReadLog> {
  const { label } = source;
  let [tree, fold] = [new MerkleTree(), new RegisterFold(range, scratch)];
  let withheld = new WithheldEntries(label, scratch);
  let problems: Problem[] | undefined;
  let misshapen: unknown;
  try {
    for await (const entries of loggedEntries(source)) {
      for (const entry of entries) {
        tree.append(hashOfLogged(entry));
        withheld.look(tree.size, entry);
        if (misshapen !== undefined || !('facts' in entry)) continue;
        try {
          fold.take(tree.size, entry.facts);
        } catch (error) {
          misshapen = error;
        }
      }
      // It is another log than the signed one, however much of it there is.
      if (tree.size > checkpoint.size) break;
    }
  } catch (error) {
    if (!(error instanceof LogDefect)) throw error;
    if (error.defect === 'unreadable') {
      problems = [problem(label, 'no-log', 'the log can’t be read', PATHS.entries)];
      [tree, fold, misshapen] = [new MerkleTree(), new RegisterFold(range, scratch), undefined];
      withheld = new WithheldEntries(label, scratch);
    } else {
      const message = `line ${error.before + 1} of the log is no entry`;
      problems = [problem(label, 'no-entry', message, PATHS.entries)];
    }
  }
  problems ??= await treeProblems(source, tree, checkpoint);
  // Facts of a forged log can have any shape; those of a signed one are the custodian's own.
  if (misshapen !== undefined && problems.length === 0) throw misshapen;
  return {
    tree,
    register: misshapen === undefined ? fold.register() : undefined,
    problems: [...problems, ...withheld.problems],
  };
}

async function treeProblems(source: PublicationSource, tree: MerkleTree, checkpoint: Checkpoint): Promise<Problem[]> {
  if (tree.size !== checkpoint.size || !tree.root().equals(checkpoint.root)) return strangers(source, tree, checkpoint);
  const problems: Problem[] = [];
  for (const { path, bytes } of tilesOf(tree)) {
    if (!bytes.equals(await smallFile(source, `log/${path}`)))
      problems.push(problem(source.label, 'other-tile', 'this tile is not of the log', `log/${path}`));
  }
  return problems.slice(0, SHOWN);
}

/** The entries that are not in the tree of the checkpoint, found by the proofs beside the log: its tiles. */
async function strangers(source: PublicationSource, tree: MerkleTree, checkpoint: Checkpoint): Promise<Problem[]> {
  const { label } = source;
  const shown = tree.size > checkpoint.size ? `more than ${checkpoint.size}` : `${tree.size}`;
  const leaves = new MerkleTree();
  for (const path of leafTilePaths(checkpoint.size)) {
    for (const hash of hashesOf(await smallFile(source, `log/${path}`)) ?? []) leaves.append(hash);
  }
  if (leaves.size !== checkpoint.size || !leaves.root().equals(checkpoint.root)) {
    const message = `the log is not the one that the checkpoint signs: ${shown} entries, ${checkpoint.size} signed`;
    return [problem(label, 'other-log', message, PATHS.entries)];
  }
  const different: number[] = [];
  for (let index = 0; index < Math.min(tree.size, leaves.size) && different.length < SHOWN; index += 1)
    if (!tree.leaf(index).equals(leaves.leaf(index))) different.push(index);
  if (different.length === 0) {
    const message = `the log shows ${shown} entries, and the checkpoint signs ${leaves.size}`;
    return [problem(label, 'other-size', message, PATHS.entries)];
  }
  const entries = await entriesAt(source, different);
  return different.map((index) => {
    const entry = entries.get(index);
    const message = `entry ${index + 1}, ${entry === undefined ? 'unknown' : entryInWords(entry)}, is not in the signed log`;
    return problem(label, 'not-included', message, PATHS.entries);
  });
}
