import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace, type TestWorkspace, type WorkspaceParts } from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';

/** What a command must say when it stops. */
export interface Stop {
  readonly exit: number;
  /** On stderr, in any order: the place, what is wrong, a hint. */
  readonly says: readonly string[];
  /** What must not be shown: the value itself. */
  readonly hides?: readonly string[];
}

/**
 * Runs the pipeline of a workspace that is wrong in some way: it stops with its exit code and its sentence, nothing is
 * delivered, nothing waits to be, and the ledger has no `intended`.
 */
export async function expectStopped(
  parts: WorkspaceParts,
  stop: Stop,
  prepare: (workspace: TestWorkspace) => void = () => {},
  args: readonly string[] = ['run', 'diabetes-apc'],
): Promise<Ran> {
  using workspace = await makeWorkspace(parts);
  prepare(workspace);
  const ran = await darsHere(workspace.root, args);
  expect(ran.stderr).not.toContain('a bug in dars');
  for (const words of stop.says) expect(ran.stderr).toContain(words);
  for (const words of stop.hides ?? []) expect(ran.stdout + ran.stderr).not.toContain(words);
  expect(ran.status).toBe(stop.exit);
  expectNothingLeft(workspace.root);
  return ran;
}

export function expectNothingLeft(root: string): void {
  expect(filesUnder(join(root, 'out'))).toEqual([]);
  expect(filesUnder(join(root, 'state/outbox'))).toEqual([]);
  expect(filesUnder(join(root, 'tmp'))).toEqual([]);
  expect(ledgerKinds(root).filter((kind) => kind !== 'refused')).toEqual([]);
}

/** The kinds of the ledger's entries, in order. */
export function ledgerKinds(root: string): string[] {
  const path = join(root, 'state/ledger.jsonl');
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
}
