import { gunzipSync } from 'node:zlib';
import type { Problem } from '../../kernel/problem.ts';
import type { Checkpoint } from '../../ledger/checkpoint.ts';
import { hashOfLogged, type LoggedEntry } from '../../ledger/log-leaf.ts';
import { MerkleTree } from '../../ledger/merkle.ts';
import { isPublishedKind, type PublishedFacts } from '../../ledger/published-facts.ts';
import { hashesOf, leafTilePaths, tilesOf } from '../../ledger/tiles.ts';
import { PATHS } from '../publication.ts';
import { entryInWords } from './entry-in-words.ts';
import { problem } from './publication-problem.ts';
import type { PublicationSource } from './verify-publication.ts';

/** As many as a reader needs to see what is wrong. */
const SHOWN = 20;

/** The log of a million files unpacks to less; what unpacks to more would only fill the memory. */
const LARGEST = 1 << 30;

/** The log of a publication, and what of it is not in the tree that the checkpoint signs. */
export async function readLog(
  source: PublicationSource,
  checkpoint: Checkpoint,
): Promise<{ readonly entries: LoggedEntry[]; readonly tree: MerkleTree; readonly problems: Problem[] }> {
  const { label } = source;
  const [entries, tree, problems]: [LoggedEntry[], MerkleTree, Problem[]] = [[], new MerkleTree(), []];
  let text: string;
  try {
    text = gunzipSync((await source.read(PATHS.entries)) ?? new Uint8Array(), { maxOutputLength: LARGEST }).toString();
  } catch {
    return { entries, tree, problems: [problem(label, 'no-log', 'the log can’t be read', PATHS.entries)] };
  }
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const entry = parseLogged(line, entries.length + 1);
    if (entry === undefined) {
      const message = `line ${entries.length + 1} of the log is no entry`;
      return { entries, tree, problems: [problem(label, 'no-entry', message, PATHS.entries)] };
    }
    entries.push(entry);
    tree.append(hashOfLogged(entry));
  }
  if (tree.size === checkpoint.size && tree.root().equals(checkpoint.root)) {
    for (const { path, bytes } of tilesOf(tree)) {
      if (!bytes.equals((await source.read(`log/${path}`)) ?? new Uint8Array()))
        problems.push(problem(label, 'other-tile', 'this tile is not of the log', `log/${path}`));
    }
    return { entries, tree, problems: problems.slice(0, SHOWN) };
  }
  problems.push(...(await strangers(source, entries, tree, checkpoint)));
  return { entries, tree, problems };
}

/** The entries that are not in the tree of the checkpoint, found by the proofs beside the log: its tiles. */
async function strangers(
  source: PublicationSource,
  entries: readonly LoggedEntry[],
  tree: MerkleTree,
  checkpoint: Checkpoint,
): Promise<Problem[]> {
  const { label } = source;
  const leaves = new MerkleTree();
  for (const path of leafTilePaths(checkpoint.size)) {
    for (const hash of hashesOf((await source.read(`log/${path}`)) ?? new Uint8Array()) ?? []) leaves.append(hash);
  }
  if (leaves.size !== checkpoint.size || !leaves.root().equals(checkpoint.root)) {
    const message = `the log is not the one that the checkpoint signs: ${tree.size} entries, ${checkpoint.size} signed`;
    return [problem(label, 'other-log', message, PATHS.entries)];
  }
  const found: Problem[] = [];
  for (let index = 0; index < Math.min(tree.size, leaves.size) && found.length < SHOWN; index += 1) {
    if (tree.leaf(index).equals(leaves.leaf(index))) continue;
    const entry = entries[index];
    const message = `entry ${index + 1}, ${entry === undefined ? 'unknown' : entryInWords(entry)}, is not in the signed log`;
    found.push(problem(label, 'not-included', message, PATHS.entries));
  }
  if (found.length > 0) return found;
  const message = `the log shows ${tree.size} entries, and the checkpoint signs ${leaves.size}`;
  return [problem(label, 'other-size', message, PATHS.entries)];
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

/** Entries of kinds that are published whole, and are held back. Only a release that nobody received may be. */
export function withheld(label: string, entries: readonly LoggedEntry[]): Problem[] {
  const intended = new Set<string>();
  const problems: Problem[] = [];
  for (const [index, entry] of entries.entries()) {
    if ('facts' in entry) {
      if (entry.facts.kind === 'intended') intended.add(entry.facts.release);
      if (entry.facts.kind === 'delivered' && !intended.has(entry.facts.release)) {
        const message = `entry ${index + 1} says that a release was delivered, and what it was is held back`;
        problems.push(problem(label, 'withheld', message, PATHS.entries));
      }
    } else if (isPublishedKind(entry.kind) && entry.kind !== 'intended') {
      const message = `entry ${index + 1} is of the kind ${entry.kind}, and held back`;
      problems.push(problem(label, 'withheld', message, PATHS.entries));
    }
  }
  return problems.slice(0, SHOWN);
}
