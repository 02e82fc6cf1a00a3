import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectRecovered, killedAt, ledgerLines } from '../kill/recovery.ts';
import { makeWorkspace } from '../support/make-workspace.ts';
import { openRecipient } from '../support/recipient.ts';

/*
 * Promise 6: a kill at any moment loses and duplicates nothing.
 * (At every step, in the middle of a transfer, and at any time: tests/kill.)
 */

it.each([
  { step: 'prove', recorded: [], so: 'nothing has happened, and all of it is made anew' },
  {
    step: 'record',
    recorded: ['described', 'intended'],
    so: 'the files are there, and that they are is recorded, once',
  },
] as const)(
  'killed at $step, $so',
  async ({ step, recorded }) => {
    await using recipient = await openRecipient();
    using workspace = await makeWorkspace({ recipient });
    await killedAt(workspace.root, `${step}:1`);
    expect(ledgerLines(workspace.root).map(({ kind }) => kind)).toEqual(recorded);
    const rows = await expectRecovered(workspace.root, join(workspace.root, 'out'), recipient);
    expect(rows).toHaveLength(5);
  },
  120_000,
);
