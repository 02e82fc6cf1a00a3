import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folderFiles } from '../../src/deliver/folder-files.ts';
import { type RemoteFile, type RemoteFiles, RemoteTrouble } from '../../src/deliver/remote-files.ts';
import { upload } from '../../src/deliver/upload.ts';
import { faultOf } from './support/fault-of.ts';
import { makeOutbox, type Outbox } from './support/outgoing.ts';
import { expectSilence } from './support/silence.ts';

// Places that go wrong in ways that no real server can be talked into: a folder with one operation replaced.

const ignore = (): void => undefined;

expectSilence();
let outbox: Outbox;
let folder: string;
let files: RemoteFiles;

beforeEach(() => {
  outbox = makeOutbox();
  folder = mkdtempSync(join(tmpdir(), 'dars-upload-'));
  files = folderFiles(folder);
});
afterEach(() => {
  outbox[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const there = (name: string): string => join(folder, name);

function target(changed: Partial<RemoteFiles>): { label: string; files: RemoteFiles } {
  return { label: 'sftp://user@host:22/inbox', files: { ...files, ...changed } };
}

/** A place whose files, when they are written, are `changed`. */
function writing(changed: (file: RemoteFile) => Partial<RemoteFile>): Partial<RemoteFiles> {
  return {
    async open(path, how) {
      const file = await files.open(path, how);
      return how === 'read' ? file : { ...file, ...changed(file) };
    },
  };
}

const refuse = (trouble: RemoteTrouble['trouble']) => (): Promise<never> => Promise.reject(new RemoteTrouble(trouble));

it('gives no final name to a file that did not arrive in its full length', async () => {
  const file = outbox.file('file', 1000);
  const lossy = writing((stored) => ({ write: (bytes, at) => stored.write(bytes.subarray(1), at) }));
  const fault = await faultOf(upload(target(lossy), file, ignore));
  expect(fault.code).toBe('size');
  expect(fault.message).toMatch(/999 bytes.*1000/);
  expect(existsSync(there('file'))).toBe(false);
});

it('says so when the final file has another size than the one that was renamed', async () => {
  const file = outbox.file('file', 1000);
  const rename: RemoteFiles['rename'] = async (from, to) => {
    await files.rename(from, to);
    writeFileSync(there(to), 'other');
  };
  expect((await faultOf(upload(target({ rename }), file, ignore))).code).toBe('size');
});

it('counts a file as delivered that was fetched from the inbox as soon as it appeared', async () => {
  const file = outbox.file('file', 1000);
  const rename: RemoteFiles['rename'] = async (from, to) => {
    await files.rename(from, to);
    rmSync(there(to));
  };
  await upload(target({ rename }), file, ignore);
});

it('does not replace a file that appears in the last moment', async () => {
  const file = outbox.file('file', 1000);
  const rename: RemoteFiles['rename'] = (from, to) => {
    writeFileSync(there(to), 'theirs');
    return files.rename(from, to);
  };
  expect((await faultOf(upload(target({ rename }), file, ignore))).code).toBe('exists');
  expect(readFileSync(there('file'), 'utf8')).toBe('theirs');
});

it('does not take a failed rename for a file in the way', async () => {
  const fault = await faultOf(upload(target({ rename: refuse('failed') }), outbox.file('file', 1000), ignore));
  expect(fault.code).toBe('refused');
  expect(existsSync(there('file.part'))).toBe(true);
});

it.each([
  { free: 999, code: 'space' },
  { free: 1_000_000, code: 'refused' },
  { free: undefined, code: 'refused' },
])('takes a failed write for a full disk when $free bytes are free: $code', async ({ free, code }) => {
  const full = { ...writing(() => ({ write: refuse('failed') })), freeBytes: async () => free };
  expect((await faultOf(upload(target(full), outbox.file('file', 1000), ignore))).code).toBe(code);
});

it('says that it failed when what was written could not be made durable', async () => {
  const fault = await faultOf(
    upload(target(writing(() => ({ sync: refuse('failed') }))), outbox.file('file', 1000), ignore),
  );
  expect(fault.code).toBe('refused');
  expect(existsSync(there('file'))).toBe(false);
});

it('makes a directory that another delivery made at the same moment', async () => {
  const makeDirectory: RemoteFiles['makeDirectory'] = async (path) => {
    await files.makeDirectory(path);
    throw new RemoteTrouble('failed');
  };
  await upload(target({ makeDirectory }), outbox.file('release/file', 1000), ignore);
  expect(existsSync(there('release/file'))).toBe(true);
});

it('leaves a broken connection for the destination to judge', async () => {
  const work = upload(target(writing(() => ({ write: refuse('lost') }))), outbox.file('file', 1000), ignore);
  await expect(work).rejects.toMatchObject({ trouble: 'lost' });
});
