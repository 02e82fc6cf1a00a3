import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkspace } from '../support/make-workspace.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { expectRecovered, killedAt, ledgerLines } from './recovery.ts';

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

describe('a release that is killed at any step is made or goes on when it is run again', () => {
  it('at each of them, one after the other', async () => {
    using workspace = await makeWorkspace({ recipient });
    const steps = await killedAt(workspace.root, Number.POSITIVE_INFINITY);
    expect(steps.filter((step) => !['progress', 'transfer'].includes(step))).toEqual(STEPS);
    const usual = await expectRecovered(workspace.root, join(workspace.root, 'out'), recipient);

    for (let n = 1; n <= steps.length; n += 1) {
      using killed = await makeWorkspace({ recipient });
      expect(await killedAt(killed.root, n)).toEqual(steps.slice(0, n));
      // Before `intended` nothing has happened; from then on nothing is made anew.
      const recorded = n >= steps.indexOf('intended') + 1;
      const before = ledgerLines(killed.root);
      expect(before.map(({ kind }) => kind)).toEqual([
        ...(recorded ? ['described', 'intended'] : []),
        ...(steps[n - 1] === 'delivered' ? ['delivered'] : []),
      ]);
      const rows = await expectRecovered(killed.root, join(killed.root, 'out'), recipient);
      expect(rows, `killed at event ${n}, ${steps[n - 1]}`).toEqual(usual);
      if (recorded) expect(ledgerLines(killed.root).slice(0, before.length)).toEqual(before);
    }
  }, 300_000);
});

const STEPS = ['gate', 'read', 'extract', 'prove', 'intend', 'intended', 'seal', 'deliver', 'record', 'delivered'];
