import { createHmac, hkdfSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../../src/kernel/fault.ts';
import { Secret } from '../../src/kernel/secret.ts';
import type { KeyProvider } from '../../src/keys/key-provider.ts';
import { vaultTransit } from '../../src/keys/vault-transit.ts';
import { startVault, type VaultServer } from './vault-server.ts';

const TOKEN = 'hvs.CAESIJ-not-to-be-seen';
const STEM = 'DARS-NIC-147750-8GS7S';
const INPUT = `dars/agreement/v1\u001f${STEM}`;

let vault: VaultServer;
beforeEach(async () => {
  vault = await startVault(TOKEN, { dars: ['first', 'second'] });
});
afterEach(() => vault[Symbol.asyncDispose]());

function provider(more: Partial<Parameters<typeof vaultTransit>[0]> = {}): KeyProvider {
  return vaultTransit({
    address: vault.address,
    mount: 'transit',
    key: 'dars',
    namespace: undefined,
    token: async () => new Secret(TOKEN),
    timeoutMs: 2000,
    ...more,
  });
}

/** What the documentation of the transit engine and of HKDF says that the key must be. */
function expected(secret: string): string {
  const hmac = createHmac('sha256', secret).update(INPUT).digest();
  return Buffer.from(hkdfSync('sha256', hmac, STEM, 'dars/pseudonym/v1', 32)).toString('hex');
}

async function failure(of: Promise<unknown>): Promise<Fault> {
  const error = await of.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw new Error('it did not fail as it should');
  expect(`${error.message} ${error.hint}`).not.toContain(TOKEN);
  expect(error.exit).toBe(10);
  return error;
}

test('the newest version is asked for where no version is wanted, in one documented request', async () => {
  const { key, version } = await provider().agreementKey(STEM, undefined);
  expect(version).toBe(2);
  expect(Buffer.from(key.reveal()).toString('hex')).toBe(expected('second'));
  expect(vault.asked).toEqual([
    {
      path: 'POST /v1/transit/hmac/dars/sha2-256',
      token: TOKEN,
      namespace: undefined,
      body: JSON.stringify({ input: Buffer.from(INPUT).toString('base64') }),
    },
  ]);
});

test('an agreement keeps its version when the key was rotated', async () => {
  const { key, version } = await provider().agreementKey(STEM, 1);
  expect(version).toBe(1);
  expect(Buffer.from(key.reveal()).toString('hex')).toBe(expected('first'));
});

test('agreements have keys of their own', async () => {
  const [a, b] = [await provider().agreementKey(STEM, 1), await provider().agreementKey('DARS-NIC-000001-AAAAA', 1)];
  expect(Buffer.from(a.key.reveal()).equals(Buffer.from(b.key.reveal()))).toBe(false);
});

test('a namespace goes along', async () => {
  await using enterprise = await startVault(TOKEN, { dars: ['first'] }, 'custodian/prod');
  const { version } = await provider({ address: enterprise.address, namespace: 'custodian/prod' }).agreementKey(
    STEM,
    undefined,
  );
  expect(version).toBe(1);
});

test.each([
  ['a token that is not allowed', { token: async () => new Secret('hvs.other') }, 1, 'does not allow it'],
  ['a key that is not there', { key: 'dasr' }, 1, 'knows no such key'],
  ['a version that is not there', {}, 3, 'knows no such key, or no such version'],
  ['a mount that is not there', { mount: 'transat' }, 1, 'no transit engine there'],
  ['names with slashes lead nowhere else', { key: '../../sys/seal-status' }, 1, ''],
] as const)('%s gives no key', async (_, more, version, says) => {
  expect((await failure(provider(more).agreementKey(STEM, version))).message).toContain(says);
});

test.each([
  ['a sealed vault', 503, '{"errors":["Vault is sealed"]}', 'sealed'],
  ['an error page', 200, '<html>gateway</html>', 'no JSON'],
  ['an answer without an HMAC', 200, '{"data":{}}', 'no HMAC'],
  ['null', 200, 'null', 'no HMAC'],
  ['an HMAC cut short', 200, '{"data":{"hmac":"vault:v1:AAAA"}}', 'no HMAC'],
  ['an HMAC of another length', 200, `{"data":{"hmac":"vault:v1:${Buffer.alloc(64).toString('base64')}"}}`, 'no HMAC'],
  [
    'another version than was asked for',
    200,
    `{"data":{"hmac":"vault:v2:${Buffer.alloc(32).toString('base64')}"}}`,
    'not with 1',
  ],
  ['an answer without end', 200, 'x'.repeat(100_000), 'too long'],
  ['a server error', 500, '{"errors":["internal"]}', 'status 500'],
])('%s gives no key', async (_, status, body, says) => {
  vault.answer = () => ({ status, body });
  expect((await failure(provider().agreementKey(STEM, 1))).message).toContain(says);
});

test('the token is not carried to where an answer points', async () => {
  await using other = await startVault(TOKEN, { dars: ['first'] });
  vault.answer = () => ({ status: 307, body: '', location: `${other.address}/v1/transit/hmac/dars/sha2-256` });
  await failure(provider().agreementKey(STEM, 1));
  expect(other.asked).toEqual([]);
});

test('a vault that does not answer, or is not there, gives no key', async () => {
  vault.answer = () => 'nothing';
  expect((await failure(provider({ timeoutMs: 100 }).agreementKey(STEM, 1))).message).toContain('does not answer');
  expect((await failure(provider({ address: 'http://127.0.0.1:1' }).agreementKey(STEM, 1))).message).toContain(
    "can't be reached",
  );
});
