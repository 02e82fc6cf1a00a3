import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { decrypt } from '../../src/encrypt/decrypt.ts';
import { agreementKey, pseudonym } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { filesUnder } from '../support/delivered.ts';
import {
  MASTER_KEY,
  makeWorkspace,
  REFERENCE,
  type TestWorkspace,
  testKeys,
  type WorkspaceParts,
} from '../support/make-workspace.ts';
import { darsHere, type Ran } from '../support/run-dars.ts';

/** What a run of the small world came to, and what its recipient reads, a line a row. */
export interface Released extends Disposable {
  readonly workspace: TestWorkspace;
  readonly ran: Ran;
  readonly header: readonly string[];
  readonly rows: readonly string[];
}

export async function released(parts: WorkspaceParts = {}): Promise<Released> {
  const workspace = await makeWorkspace(parts);
  const ran = await darsHere(workspace.root, ['run', 'diabetes-apc', '--json']);
  const [file] = filesUnder(join(workspace.root, 'out')).filter((path) => path.endsWith('.csv.gpg'));
  const { custodian, recipient } = await testKeys();
  const text =
    file === undefined
      ? ''
      : Buffer.from(
          await decrypt(createReadStream(join(workspace.root, 'out', file)), {
            privateKey: recipient.privateKey,
            signedBy: custodian.publicKey,
            at: new Date(),
            maxBytes: 1 << 24,
          }),
        ).toString('utf8');
  const [header = '', ...rows] = text.split('\n').filter((line) => line !== '');
  return { workspace, ran, header: header.split('|'), rows, [Symbol.dispose]: () => workspace[Symbol.dispose]() };
}

/** The token that a person's current number has under the test agreement. */
export function tokenOf(nhsNumber: string): string {
  const master = new Secret(new Uint8Array(Buffer.from(MASTER_KEY, 'hex')));
  return pseudonym(agreementKey(master, REFERENCE.replace(/-v[\d.]+$/, '')), 'PERSON', nhsNumber);
}
