import { createHmac, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pseudonym } from '../../src/kernel/pseudonym.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { filesUnder, readDelivered } from '../support/delivered.ts';
import { makeWorkspace, type TestWorkspace, type Tree } from '../support/make-workspace.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { darsHere } from '../support/run-dars.ts';
import { startVault, type VaultServer } from './vault-server.ts';

const TOKEN = 'hvs.a-token-of-the-test';
const STEM = 'DARS-NIC-147750-8GS7S';

let recipient: Recipient;
let vault: VaultServer;
let workspace: TestWorkspace;
const versions = ['first'];
beforeEach(async () => {
  recipient = await openRecipient();
  versions.splice(0, versions.length, 'first');
  vault = await startVault(TOKEN, { dars: versions });
  workspace = await makeWorkspace({
    recipient,
    files: { 'keys/vault.token': `${TOKEN}\n` },
    agreement: (file) => {
      const [apc] = file['datasets'] as Tree[];
      if (apc !== undefined) apc['frequency'] = 'monthly';
    },
    workspace: (file) => {
      const keys = file['keys'] as Tree;
      keys['pseudonym'] = { vault: { address: vault.address, key: 'dars', token: { file: 'keys/vault.token' } } };
    },
  });
});
afterEach(async () => {
  workspace[Symbol.dispose]();
  await vault[Symbol.asyncDispose]();
  await recipient[Symbol.asyncDispose]();
});

/** The token of Percival's number under a version of the vault's key, from the documents alone. */
function expected(secret: string): string {
  const hmac = createHmac('sha256', secret).update(`dars/agreement/v1\u001f${STEM}`).digest();
  const key = new Secret(new Uint8Array(hkdfSync('sha256', hmac, STEM, 'dars/pseudonym/v1', 32)));
  return pseudonym(key, 'PERSON', '9990000018');
}

async function tokensOf(file: string): Promise<string> {
  const path = filesUnder(join(workspace.root, 'out')).find((name) => name.includes(file) && name.endsWith('.gpg'));
  return (await readDelivered(join(workspace.root, 'out', path ?? ''), recipient)).join('\n');
}

test('a release takes its key from the vault, and keeps the version when the vault’s key was rotated', async () => {
  expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).status).toBe(0);
  expect(await tokensOf('FILE0000001')).toContain(expected('first'));
  versions.push('second');
  const later = await darsHere(workspace.root, ['run', 'diabetes-apc', '--as-of', '2026-12-01']);
  expect([later.status, later.stderr.includes('dars:')]).toEqual([0, false]);
  expect(await tokensOf('FILE0000002')).toContain(expected('first'));
  expect(vault.asked.map(({ body }) => JSON.parse(body) as Tree).map((each) => each['key_version'])).toEqual([
    undefined,
    1,
  ]);
  const manifest = filesUnder(join(workspace.root, 'out')).find((name) => name.endsWith('MANIFEST.json')) ?? '';
  expect(JSON.parse(readFileSync(join(workspace.root, 'out', manifest), 'utf8'))).toMatchObject({
    pseudonym_key_version: 1,
  });
  expect(workspace.read('state/ledger.jsonl')).not.toContain(TOKEN);
});

test('a vault that is sealed releases nothing, and the next run goes on as if nothing had been', async () => {
  vault.answer = () => ({ status: 503, body: '{"errors":["Vault is sealed"]}' });
  const sealed = await darsHere(workspace.root, ['run', 'diabetes-apc']);
  expect([sealed.status, sealed.stderr.includes('is sealed or under maintenance')]).toEqual([10, true]);
  expect(filesUnder(join(workspace.root, 'out'))).toEqual([]);
  vault.answer = undefined;
  expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).status).toBe(0);
});
