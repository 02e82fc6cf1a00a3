import { createHash } from 'node:crypto';
import type { ByteSource } from '../../kernel/byte-source.ts';
import { piecesOf } from '../../kernel/pieces-of.ts';
import type { Problem } from '../../kernel/problem.ts';
import { type Checkpoint, parseCheckpoint } from '../../ledger/checkpoint.ts';
import type { LoggedEntry } from '../../ledger/log-leaf.ts';
import { MerkleTree } from '../../ledger/merkle.ts';
import { type NoteVerifier, openNote, parseVerifier } from '../../ledger/signed-note.ts';
import { PATHS } from '../publication.ts';
import { type PublicationNote, parsePublicationNote } from '../publication-note.ts';
import type { Register } from '../register.ts';
import type { Scratch } from '../store/scratch.ts';
import { entriesAt } from './logged-entries.ts';
import { problem } from './publication-problem.ts';
import { type PublicationSource, smallFile } from './publication-source.ts';
import { readLog } from './verify-log.ts';
import { tableProblems } from './verify-tables.ts';

/** A publication that was looked at: what it claims to be, and what is wrong with it. */
export interface VerifiedPublication {
  readonly label: string;
  readonly checkpoint: Checkpoint;
  readonly verifier: NoteVerifier;
  /** Undefined for a checkpoint that came alone. */
  readonly note: PublicationNote | undefined;
  readonly tree: MerkleTree;
  /** An entry of the log by its index, read once more. */
  readonly entryAt: (index: number) => Promise<LoggedEntry | undefined>;
  /** Undefined where the log has no facts to compute it from. */
  readonly register: Register | undefined;
  readonly problems: readonly Problem[];
}

/** A log as far as somebody knows it: all of it, or of a checkpoint that came alone no entry. */
export type SeenLog = Pick<VerifiedPublication, 'label' | 'checkpoint' | 'verifier' | 'tree'>;

/** What can't even be begun with. */
export type VerifyOutcome = VerifiedPublication | { readonly label: string; readonly problems: readonly Problem[] };

const SHOWN = 20;

/**
 * Proves of one publication, with nothing but its own files and the custodian's key: every file is the one that was
 * signed; every entry of its log is in the tree that the checkpoint signs, and none of a published kind is held back;
 * and every row of its tables is what the log's facts say. Memory holds no file whole; what is read lies in the scratch
 * for as long as the answer is used.
 */
export async function verifyPublication(
  source: PublicationSource,
  key: NoteVerifier | undefined,
  scratch: Scratch,
): Promise<VerifyOutcome> {
  const { label } = source;
  const fail = (code: string, message: string, path?: string, hint?: string): VerifyOutcome => ({
    label,
    problems: [problem(label, code, message, path, hint)],
  });
  const text = async (path: string): Promise<string> => (await smallFile(source, path)).toString('utf8');
  const verifier = key ?? parseVerifier(await text(PATHS.key));
  if (verifier === undefined)
    return fail('no-key', 'there is no key to check it with', PATHS.key, 'give one with --key');
  const signed = openNote(await text(PATHS.checkpoint), verifier);
  const checkpoint = signed === undefined ? undefined : parseCheckpoint(signed);
  if (checkpoint === undefined)
    return fail(
      'checkpoint',
      `the checkpoint is not signed by ${verifier.name} (key ${verifier.id})`,
      PATHS.checkpoint,
    );
  const files = await source.list();
  if (files.length === 1 && files[0] === PATHS.checkpoint) {
    const nothing = { note: undefined, entryAt: async () => undefined, register: undefined, problems: [] };
    return { label, checkpoint, verifier, tree: new MerkleTree(), ...nothing };
  }
  const noted = openNote(await text(PATHS.note), verifier);
  const note = noted === undefined ? undefined : parsePublicationNote(noted);
  if (note === undefined)
    return fail(
      'note',
      `the note of the publication is not signed by ${verifier.name} (key ${verifier.id})`,
      PATHS.note,
    );
  const problems: Problem[] = [];
  if (
    note.origin !== checkpoint.origin ||
    note.size !== checkpoint.size ||
    note.root !== Buffer.from(checkpoint.root).toString('base64')
  )
    problems.push(
      problem(label, 'other-checkpoint', 'the note and the checkpoint are of different states of the ledger'),
    );
  problems.push(...(await fileProblems(source, note, files)));
  const { tree, register, problems: found } = await readLog(source, checkpoint, note.range, scratch);
  problems.push(...found);
  if (register !== undefined) {
    try {
      problems.push(...(await tableProblems(source, register, note.custodian)));
    } catch (error) {
      // Facts of a forged log can have any shape; those of a signed one are the custodian's own.
      if (found.length === 0) throw error;
    }
  }
  // What the digests say of a file says less than what is wrong in it.
  const named = new Set(problems.filter(({ code }) => code !== 'other-file').map(({ file }) => file));
  const told = problems.filter(({ code, file }) => code !== 'other-file' || !named.has(file));
  const entryAt = async (index: number): Promise<LoggedEntry | undefined> =>
    (await entriesAt(source, [index])).get(index);
  return { label, checkpoint, verifier, note, tree, entryAt, register, problems: told };
}

async function fileProblems(
  source: PublicationSource,
  note: PublicationNote,
  files: readonly string[],
): Promise<Problem[]> {
  const { label } = source;
  const problems: Problem[] = [];
  for (const [path, sha256] of note.files) {
    await using file = await source.open(path);
    if (file === undefined) problems.push(problem(label, 'no-file', 'this file is missing', path));
    else if ((await digestOf(file)) !== sha256)
      problems.push(problem(label, 'other-file', 'this file is not the one that was published', path));
  }
  for (const path of files) {
    if (path !== PATHS.note && !note.files.has(path))
      problems.push(problem(label, 'extra-file', 'this file is not of the publication', path));
  }
  return problems.slice(0, SHOWN);
}

async function digestOf(file: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(file)) hash.update(piece);
  return hash.digest('hex');
}
