import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openSftpDestination } from '../../src/deliver/sftp-destination.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { release } from '../../src/release.ts';
import { startCuttingProxy } from '../deliver/support/cutting-proxy.ts';
import { filesUnder } from '../support/delivered.ts';
import { makeWorkspace, type TestWorkspace } from '../support/make-workspace.ts';
import { manyEpisodes } from '../support/many-episodes.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { darsHere } from '../support/run-dars.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { wiredWorld } from '../support/wired-world.ts';
import { expectOneDelivery, expectRecovered, killedAt, ledgerLines } from './recovery.ts';

/** Some megabytes, so that there is a middle to be cut off in. */
const EPISODES = manyEpisodes(300, 100);
const ROWS = 30_000;
const MB = 1_000_000;

let recipient: Recipient;
let sshd: Sshd;
let workspace: TestWorkspace;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());
beforeEach(async () => {
  sshd = await startSshd();
  workspace = await workspaceTo(sshd.port);
});
afterEach(async () => {
  workspace[Symbol.dispose]();
  await sshd[Symbol.asyncDispose]();
});

function workspaceTo(port: number, { pds, hes } = EPISODES): Promise<TestWorkspace> {
  const files = { 'data/pds.csv': pds, 'data/hes_apc/hes_apc_2425.csv': hes };
  return makeWorkspace({ recipient, files, sftp: { ...sshd, port } });
}

it.each(['transfer:3', 'record:1'] as const)(
  'a process killed at %s goes on at the OpenSSH server where it stood',
  async (event) => {
    await killedAt(workspace.root, event);
    const [, intended] = ledgerLines(workspace.root);
    expect(await expectRecovered(workspace.root, sshd.directory, recipient)).toHaveLength(1 + ROWS);
    expect(ledgerLines(workspace.root)[1]).toEqual(intended);
  },
  120_000,
);

it('a network that breaks in the middle of a file costs nothing but the rest of the file', async () => {
  const network = {
    serverPort: () => sshd.port,
    cutAfter: (connection: number) => (connection === 0 ? MB : undefined),
  };
  await using proxy = await startCuttingProxy(network);
  using through = await workspaceTo(proxy.port);
  expect((await darsHere(through.root, ['run', 'diabetes-apc'])).status).toBe(0);
  expect(proxy.connections).toBe(2);
  expect(await expectOneDelivery(through.root, sshd.directory, recipient)).toHaveLength(1 + ROWS);
});

it('a network that stays away ends in a fault; the next delivery goes on from what arrived', async () => {
  // What was in flight when a connection broke, two megabytes, is sent again: so the file is larger than that.
  using large = await workspaceTo(sshd.port, manyEpisodes(700, 100));
  await using proxy = await startCuttingProxy({ serverPort: () => sshd.port, cutAfter: () => 4 * MB });
  const { pipeline, world } = await wiredWorld(large.root);
  const impatient = () =>
    openSftpDestination({
      ...{ host: '127.0.0.1', port: proxy.port, username: sshd.username, hostKey: sshd.hostKey, directory: '.' },
      ...{ privateKey: new Secret(sshd.privateKey), retry: { delaysMs: [1], anewAfterBytes: 1000 * MB } },
    });
  await expect(release(pipeline, { ...world, destination: impatient })).rejects.toMatchObject({
    exit: 15,
    code: 'interrupted',
  });
  expect(ledgerLines(large.root).map(({ kind }) => kind)).toEqual(['described', 'intended', 'failed']);
  expect(filesUnder(sshd.directory).filter((path) => path.endsWith('.part'))).toHaveLength(1);

  const { stderr, status } = await darsHere(large.root, ['--json', 'deliver']);
  expect(status).toBe(0);
  const sent = [...stderr.matchAll(/"kind":"transfer".*"sent":(\d+)/g)].map(([, bytes]) => Number(bytes));
  expect(sent[0]).toBeGreaterThan(0);
  expect(await expectOneDelivery(large.root, sshd.directory, recipient)).toHaveLength(1 + 70_000);
});

it('a server that is killed in the middle of a file and comes back gets the rest', async () => {
  let restarted: Promise<void> | undefined;
  const { pipeline, world } = await wiredWorld(workspace.root, (event) => {
    if (event.kind !== 'transfer' || event.sent < MB || restarted !== undefined) return;
    sshd.kill('server');
    restarted = sshd.restart();
  });
  await release(pipeline, world);
  expect(restarted).toBeDefined();
  expect(await expectOneDelivery(workspace.root, sshd.directory, recipient)).toHaveLength(1 + ROWS);
});

it('a server that never comes back leaves everything ready for the day it does', async () => {
  sshd.kill('server');
  const run = await darsHere(workspace.root, ['run', 'diabetes-apc']);
  expect(run.status).toBe(15);
  expect(run.stderr).toContain('refuses connections');
  await sshd.restart();
  expect(await expectRecovered(workspace.root, sshd.directory, recipient)).toHaveLength(1 + ROWS);
});
