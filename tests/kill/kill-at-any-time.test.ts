import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeWorkspace, type TestWorkspace } from '../support/make-workspace.ts';
import { manyEpisodes } from '../support/many-episodes.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { darsHere, startDars } from '../support/run-dars.ts';
import { expectRecovered, ledgerLines } from './recovery.ts';

const { pds, hes } = manyEpisodes(300, 100);
const ROWS = 30_000;

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

function sized(): Promise<TestWorkspace> {
  return makeWorkspace({ recipient, files: { 'data/pds.csv': pds, 'data/hes_apc/hes_apc_2425.csv': hes } });
}

it('a process killed at moments that nobody chose leaves nothing that a later run can’t mend', async () => {
  using workspace = await sized();
  const began = performance.now();
  const whole = startDars(workspace.root, ['run', 'diabetes-apc']);
  const firstWord = new Promise<number>((resolve) =>
    whole.process.stderr?.once('data', () => resolve(performance.now() - began)),
  );
  expect((await whole.ended).status).toBe(0);
  const [from, to] = [await firstWord, performance.now() - began];

  for (const share of [Math.random() / 3, 1 / 3 + Math.random() / 3, 2 / 3 + Math.random() / 3]) {
    using killed = await sized();
    const { process: child, ended } = startDars(killed.root, ['run', 'diabetes-apc']);
    await delay(from + share * (to - from));
    child.kill('SIGKILL');
    await ended;
    expect(await expectRecovered(killed.root, join(killed.root, 'out'), recipient), `killed at ${share}`).toHaveLength(
      1 + ROWS,
    );
  }
}, 300_000);

it('a disk that is full stops a release before anything is recorded, and room makes it go on', async (context) => {
  using workspace = await sized();
  const state = join(workspace.root, 'state');
  mkdirSync(state);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', state], { stdio: 'pipe' });
  } catch {
    return context.skip('a small disk can only be mounted by root');
  }
  try {
    writeFileSync(join(state, 'filler'), Buffer.alloc(2_000_000));
    const full = await darsHere(workspace.root, ['run', 'diabetes-apc']);
    expect(full.stderr).toContain('the outbox can’t be written (ENOSPC)');
    expect(full.status).toBe(15);
    expect(ledgerLines(workspace.root)).toEqual([]);
    rmSync(join(state, 'filler'));
    expect(await expectRecovered(workspace.root, join(workspace.root, 'out'), recipient)).toHaveLength(1 + ROWS);
  } finally {
    execFileSync('umount', [state], { stdio: 'pipe' });
  }
});
