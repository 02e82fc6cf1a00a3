import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Destination } from '../../src/deliver/destination.ts';
import { openFolderDestination } from '../../src/deliver/folder-destination.ts';
import { openSftpDestination } from '../../src/deliver/sftp-destination.ts';
import { startSshd } from '../support/sshd.ts';
import { faultOf } from './support/fault-of.ts';
import { MB, makeOutbox } from './support/outgoing.ts';
import { sftpOptions } from './support/sftp-client.ts';
import { expectSilence } from './support/silence.ts';

const disk = mountSmallDisk();
afterAll(() => disk?.[Symbol.dispose]());

/** A file system of 4 MB, or undefined where none may be mounted: that takes root, and not every container's. */
function mountSmallDisk(): (Disposable & { readonly path: string }) | undefined {
  const path = mkdtempSync(join(tmpdir(), 'dars-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'pipe' });
  } catch {
    rmdirSync(path);
    return undefined;
  }
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', [path], { stdio: 'pipe' });
      rmdirSync(path);
    },
  };
}

describe.skipIf(disk === undefined)('a disk that is full (needs leave to mount one)', () => {
  expectSilence();

  async function check(destination: Destination): Promise<void> {
    using outbox = makeOutbox();
    const file = outbox.file('file', 6 * MB);
    const fault = await faultOf(destination.deliver(file, () => undefined));
    expect(fault.code).toBe('space');
    expect(fault.message).toContain('file');
    expect(existsSync(join(disk?.path ?? '', 'file'))).toBe(false);
  }

  it('is named as such by a folder', async () => {
    await using destination = await openFolderDestination({ path: disk?.path ?? '' });
    await check(destination);
  });

  it('is named as such by OpenSSH, which only says that it failed', async () => {
    await using sshd = await startSshd();
    await using destination = await openSftpDestination(sftpOptions(sshd, { directory: disk?.path ?? '' }));
    await check(destination);
  });
});
