import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/deliver/destination.ts';
import { startEmbeddedSftpServer } from '../../src/deliver/embedded-sftp-server.ts';
import { openFolderDestination } from '../../src/deliver/folder-destination.ts';
import { openSftpDestination } from '../../src/deliver/sftp-destination.ts';
import { generateSshKeyPair } from '../../src/deliver/ssh-key-pair.ts';
import { Fault } from '../../src/kernel/fault.ts';
import { startSshd } from '../support/sshd.ts';
import { faultOf } from './support/fault-of.ts';
import { MB, makeOutbox } from './support/outgoing.ts';
import { sftpOptions } from './support/sftp-client.ts';
import { expectSilence } from './support/silence.ts';

/** A destination whose files can be looked at from behind. */
interface Place extends AsyncDisposable {
  /** What the destination calls its directory. */
  readonly directory: string;
  open(): Promise<Destination>;
}

async function folder(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'dars-folder-'));
  return {
    directory,
    open: () => openFolderDestination({ path: directory }),
    [Symbol.asyncDispose]: async () => rmSync(directory, { recursive: true }),
  };
}

async function openSsh(): Promise<Place> {
  const sshd = await startSshd();
  const directory = join(sshd.directory, 'inbox');
  mkdirSync(directory);
  return {
    directory,
    open: () => openSftpDestination(sftpOptions(sshd, { directory: 'inbox' })),
    [Symbol.asyncDispose]: () => sshd[Symbol.asyncDispose](),
  };
}

async function embedded(): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'dars-embedded-'));
  const directory = join(root, 'inbox');
  mkdirSync(directory);
  const { privateKey, publicKey } = generateSshKeyPair();
  const username = 'nic147750';
  const server = await startEmbeddedSftpServer({ folder: root, username, publicKey });
  return {
    directory,
    open: () => openSftpDestination(sftpOptions({ ...server, username, privateKey }, { directory: 'inbox' })),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(root, { recursive: true });
    },
  };
}

const RELEASE = 'NIC147750_20261122T0930_ab12cd34';
const ignore = (): void => undefined;

describe.each([
  { kind: 'a folder', start: folder },
  { kind: 'SFTP to OpenSSH', start: openSsh },
  { kind: 'SFTP to the embedded server', start: embedded },
])('$kind', ({ start }) => {
  expectSilence();
  const outbox = makeOutbox();
  let place: Place;
  let destination: Destination;

  beforeAll(async () => {
    place = await start();
  });
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    outbox[Symbol.dispose]();
  });
  beforeEach(async () => {
    destination = await place.open();
  });
  afterEach(async () => {
    await destination[Symbol.asyncDispose]();
    for (const name of readdirSync(place.directory)) rmSync(join(place.directory, name), { recursive: true });
  });

  const there = (name: string): string => join(place.directory, name);
  const put = (name: string, content: Buffer): void => {
    mkdirSync(dirname(there(name)), { recursive: true });
    writeFileSync(there(name), content);
  };
  const everything = (): string[] => readdirSync(place.directory, { recursive: true, encoding: 'utf8' }).sort();

  it('delivers a file under its final name, for its owner alone', async () => {
    const file = outbox.file('FILE0000001.csv.gpg', 100_000);
    await destination.deliver(file, ignore);
    expect(readFileSync(there(file.name)).equals(file.content)).toBe(true);
    expect(statSync(there(file.name)).mode & 0o777).toBe(0o600);
    expect(everything()).toEqual([file.name]);
  });

  it('makes the directories in the name, and finds them there for the next file', async () => {
    const files = [outbox.file(`${RELEASE}/a/FILE0000002`, 10), outbox.file(`${RELEASE}/a/FILE0000003`, 10)];
    for (const file of files) await destination.deliver(file, ignore);
    expect(everything()).toEqual([RELEASE, `${RELEASE}/a`, `${RELEASE}/a/FILE0000002`, `${RELEASE}/a/FILE0000003`]);
    expect(statSync(there(`${RELEASE}/a`)).mode & 0o777).toBe(0o700);
  });

  it('delivers an empty file, and says that it has', async () => {
    const file = outbox.file('empty', 0);
    const sent: number[] = [];
    await destination.deliver(file, (_, bytes) => sent.push(bytes));
    expect(statSync(there('empty')).size).toBe(0);
    expect(sent.at(-1)).toBe(0);
    expect(everything()).toEqual(['empty']);
  });

  it('delivers a large file whole, and reports progress that only rises', async () => {
    const file = outbox.file('large', 30 * MB + 1);
    const sent: number[] = [];
    await destination.deliver(file, (reported, bytes) => {
      expect(reported).toBe(file);
      sent.push(bytes);
    });
    expect(readFileSync(there('large')).equals(file.content)).toBe(true);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.at(0)).toBe(0);
    expect(sent.at(-1)).toBe(file.bytes);
    expect(everything()).toEqual(['large']);
  });

  it('leaves alone what was delivered, in a second call and by a second process', async () => {
    const file = outbox.file('again', 3 * MB);
    await destination.deliver(file, ignore);
    const before = statSync(there('again'));
    const sent: number[] = [];
    await destination.deliver(file, ignore);
    await using other = await place.open();
    await other.deliver(file, (_, bytes) => sent.push(bytes));
    const after = statSync(there('again'));
    expect([after.ino, after.mtimeMs, after.size]).toEqual([before.ino, before.mtimeMs, before.size]);
    expect(sent).toEqual([file.bytes]);
  });

  it('clears away a .part that a finished delivery left', async () => {
    const file = outbox.file('finished', 1000);
    put('finished', file.content);
    put('finished.part', file.content);
    await destination.deliver(file, ignore);
    expect(everything()).toEqual(['finished']);
  });

  it('resumes a .part that is the beginning of the file', async () => {
    const file = outbox.file(`${RELEASE}/resumed`, 12 * MB);
    put(`${RELEASE}/resumed.part`, file.content.subarray(0, 9 * MB));
    const kept = statSync(there(`${RELEASE}/resumed.part`)).ino;
    const sent: number[] = [];
    await destination.deliver(file, (_, bytes) => sent.push(bytes));
    expect(readFileSync(there(file.name)).equals(file.content)).toBe(true);
    expect(statSync(there(file.name)).ino).toBe(kept);
    // A few MB may be sent again: what was in flight when a connection broke is not trusted.
    expect(sent[0]).toBeGreaterThan(4 * MB);
    expect(sent[0]).toBeLessThanOrEqual(9 * MB);
  });

  it('fills the holes that a break may leave among the last bytes of a .part', async () => {
    const file = outbox.file('holes', 12 * MB);
    const broken = Buffer.from(file.content.subarray(0, 9 * MB));
    broken.fill(0, 9 * MB - 1_500_000, 9 * MB - 1_400_000);
    put('holes.part', broken);
    const sent: number[] = [];
    await destination.deliver(file, (_, bytes) => sent.push(bytes));
    expect(readFileSync(there('holes')).equals(file.content)).toBe(true);
    expect(sent[0]).toBeGreaterThan(4 * MB);
  });

  it('renames a .part that only lacked its name', async () => {
    const file = outbox.file('nameless', 9 * MB);
    put('nameless.part', file.content);
    await destination.deliver(file, ignore);
    expect(readFileSync(there('nameless')).equals(file.content)).toBe(true);
    expect(everything()).toEqual(['nameless']);
  });

  it.each([
    { what: 'begins differently', change: (part: Buffer) => part.fill(0x55, 0, 1) },
    { what: 'goes on differently before its end', change: (part: Buffer) => part.fill(0x55, 4 * MB, 6.5 * MB) },
    { what: 'is another file', change: (part: Buffer) => part.fill(0x55) },
  ])('starts again when the .part $what', async ({ change }) => {
    const file = outbox.file('foreign', 12 * MB);
    const part = Buffer.from(file.content.subarray(0, 9 * MB));
    // What is compared ends 4.8 MB into the folder's .part and 7 MB into those of SFTP, and is the MiB before that.
    change(part);
    put('foreign.part', part);
    const sent: number[] = [];
    await destination.deliver(file, (_, bytes) => sent.push(bytes));
    expect(readFileSync(there('foreign')).equals(file.content)).toBe(true);
    expect(sent[0]).toBe(0);
  });

  it.each([1, 5 * MB])('starts again when the .part is %d bytes longer than the file', async (more) => {
    const file = outbox.file('longer', 5 * MB);
    put('longer.part', Buffer.concat([file.content, Buffer.alloc(more)]));
    await destination.deliver(file, ignore);
    expect(readFileSync(there('longer')).equals(file.content)).toBe(true);
  });

  it.each([
    { what: 'of another size', other: (content: Buffer) => content.subarray(1) },
    { what: 'that begins differently', other: (content: Buffer) => Buffer.from(content).fill(0x55, 0, 1) },
    { what: 'that ends differently', other: (content: Buffer) => Buffer.from(content).fill(0x55, 4 * MB - 1) },
  ])('refuses to replace a file $what', async ({ other }) => {
    const file = outbox.seal('taken', Buffer.alloc(4 * MB, 0xaa));
    const theirs = other(file.content);
    put('taken', theirs);
    const fault = await faultOf(destination.deliver(file, ignore));
    expect(fault.code).toBe('exists');
    expect(fault.message).toContain('taken');
    expect(readFileSync(there('taken')).equals(theirs)).toBe(true);
    expect(everything()).toEqual(['taken']);
  });

  it.each(['taken', 'taken.part'])('refuses when %s is a link or a directory', async (name) => {
    const file = outbox.file('taken', 1000);
    symlinkSync(there('elsewhere'), there(name));
    expect((await faultOf(destination.deliver(file, ignore))).code).toBe('exists');
    rmSync(there(name));
    mkdirSync(there(name));
    expect((await faultOf(destination.deliver(file, ignore))).code).toBe('exists');
    expect(everything()).toEqual([name]);
  });

  it('does not take a link to the same bytes for the file', async () => {
    const file = outbox.file('taken', 'elsewhere'.length); // the size that a link itself has
    put('elsewhere', file.content);
    symlinkSync('elsewhere', there('taken'));
    expect((await faultOf(destination.deliver(file, ignore))).code).toBe('exists');
  });

  it.each([
    { what: 'is gone', change: (path: string) => rmSync(path) },
    { what: 'has become shorter', change: (path: string) => truncateSync(path, 10) },
    { what: 'has other bytes', change: (path: string) => writeFileSync(path, Buffer.alloc(100_000)) },
  ])('gives no final name to a file of the outbox that $what', async ({ change }) => {
    const file = outbox.file('changed', 100_000);
    change(file.path);
    const fault = await faultOf(destination.deliver(file, ignore));
    expect(fault.code).toBe('changed');
    expect(existsSync(there('changed'))).toBe(false);
  });

  it.each(['../outside', '/outside', 'a//b', 'a/./b', ''])('treats the name %j as a bug of ours', async (name) => {
    const file = { ...outbox.file('innocent', 10), name };
    await expect(destination.deliver(file, ignore)).rejects.not.toBeInstanceOf(Fault);
    expect(everything()).toEqual([]);
  });

  it('names itself without a secret', () => {
    expect(destination.label).toMatch(/^(sftp:\/\/\w+@127\.0\.0\.1:\d+\/inbox|\/.*dars-folder-\w+)$/);
  });
});
