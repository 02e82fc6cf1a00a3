import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2, { type PublicKeyAuthMethod } from 'ssh2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type EmbeddedSftpServer, startEmbeddedSftpServer } from '../../src/deliver/embedded-sftp-server.ts';
import { openSftpDestination } from '../../src/deliver/sftp-destination.ts';
import { generateSshKeyPair } from '../../src/deliver/ssh-key-pair.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { faultOf } from './support/fault-of.ts';
import { sftpOptions } from './support/sftp-client.ts';
import { expectSilence } from './support/silence.ts';

// Every file is put and fetched by OpenSSH's own client, which knows nothing of how the server was written.

const username = 'nic147750';
const { privateKey, publicKey } = generateSshKeyPair();

expectSilence();
let home: string;
let root: string;
let server: EmbeddedSftpServer;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'dars-embedded-'));
  root = join(home, 'root');
  mkdirSync(root);
  writeFileSync(join(home, 'key'), privateKey);
  chmodSync(join(home, 'key'), 0o600);
  writeFileSync(join(home, 'secret'), 'not for the recipient');
  server = await startEmbeddedSftpServer({ folder: root, username, publicKey });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(home, { recursive: true });
});

/** Runs commands of sftp(1); the local directory is `home`. */
async function sftp(...commands: string[]): Promise<{ readonly failed: boolean; readonly output: string }> {
  const hosts = 'StrictHostKeyChecking=no';
  const args = ['-q', '-b', '-', '-P', String(server.port), '-i', 'key', '-o', hosts, '-o', 'UserKnownHostsFile=hosts'];
  const run = promisify(execFile)('sftp', [...args, `${username}@127.0.0.1`], { cwd: home });
  run.child.stdin?.end(`${commands.join('\n')}\n`);
  return run.then(
    ({ stdout }) => ({ failed: false, output: stdout }),
    (error: { stdout: string; stderr: string }) => ({ failed: true, output: error.stdout + error.stderr }),
  );
}

it('serves a client that is not ours', async () => {
  const done = await sftp(
    'pwd',
    'mkdir inbox',
    'put secret inbox/a',
    'rename inbox/a inbox/b',
    'ls -l inbox',
    'ls inbox',
  );
  expect(done.output).toMatch(/Remote working directory: \/\n/);
  expect(done.output).toMatch(/^-rw-------.* 21 .*b$/m);
  expect(done.output).toMatch(/^inbox\/b *$/m);
  expect(readFileSync(join(root, 'inbox/b'), 'utf8')).toBe('not for the recipient');
  expect((await sftp('get inbox/b fetched', 'rm inbox/b')).failed).toBe(false);
  expect(readFileSync(join(home, 'fetched'), 'utf8')).toBe('not for the recipient');
  expect(readdirSync(join(root, 'inbox'))).toEqual([]);
});

it('shows the host key whose fingerprint it returned', async () => {
  await sftp('pwd');
  const line = await promisify(execFile)('ssh-keygen', ['-l', '-f', join(home, 'hosts')]);
  expect(line.stdout).toContain(server.hostKey);
});

it('lets nobody replace a file by renaming another', async () => {
  const done = await sftp('put secret a', 'put secret b', '-rename a b', 'ls -1');
  expect(done.output).toMatch(/a\s+b\s*$/);
});

it.each([
  ['get ../secret fetched'],
  ['get /../../secret fetched'],
  ['get link fetched'],
  ['get up/secret fetched'],
  ['put secret up/planted'],
  ['put secret link'],
  ['rename kept up/planted'],
  ['mkdir up/planted'],
  ['rm up/secret'],
  ['ls up/secret'],
])('leads nobody out of its folder: %s', async (command) => {
  symlinkSync(join(home, 'secret'), join(root, 'link'));
  symlinkSync(home, join(root, 'up'));
  writeFileSync(join(root, 'kept'), 'kept');
  const before = readdirSync(home).filter((name) => name !== 'hosts');
  expect((await sftp(command)).failed).toBe(true);
  expect(readdirSync(home).filter((name) => name !== 'hosts')).toEqual(before);
  expect(readFileSync(join(home, 'secret'), 'utf8')).toBe('not for the recipient');
});

it.each([
  { what: 'another user', changed: { username: 'root' } },
  { what: 'another key', changed: { privateKey: new Secret(generateSshKeyPair().privateKey) } },
  {
    what: 'a password',
    changed: { privateKey: new Secret(generateSshKeyPair().privateKey), password: new Secret('password') },
  },
])('does not let in $what', async ({ changed }) => {
  const options = { ...sftpOptions({ ...server, username, privateKey }), ...changed };
  expect((await faultOf(openSftpDestination(options))).code).toBe('authentication');
});

it('does not let in who knows the public key only', async () => {
  const [theirs, known] = [generateSshKeyPair().privateKey, publicKey].map((text) => ssh2.utils.parseKey(text));
  if (theirs === undefined || theirs instanceof Error || known === undefined || known instanceof Error) {
    throw new Error('malformed');
  }
  theirs.getPublicSSH = () => known.getPublicSSH();
  const forged: PublicKeyAuthMethod = { type: 'publickey', username, key: theirs };
  const client = new ssh2.Client();
  const level = await new Promise<unknown>((resolve) => {
    client.once('ready', () => resolve('in'));
    client.once('error', (error) => resolve(error.level));
    client.connect({ host: '127.0.0.1', port: server.port, username, authHandler: [forged] });
  });
  client.end();
  expect(level).toBe('client-authentication');
});

it('takes no key that is not one', async () => {
  await expect(startEmbeddedSftpServer({ folder: root, username, publicKey: 'ssh-ed25519 AAAA' })).rejects.toThrow();
});

it('closes with a client still connected', async () => {
  const other = await startEmbeddedSftpServer({ folder: root, username, publicKey });
  await using destination = await openSftpDestination(sftpOptions({ ...other, username, privateKey }));
  await other[Symbol.asyncDispose]();
  const file = { path: join(home, 'secret'), name: 'a', bytes: 21, sha256: '' };
  expect((await faultOf(destination.deliver(file, () => undefined))).code).toBe('unreachable');
});
