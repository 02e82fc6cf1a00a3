import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startEmbeddedSftpServer } from '../../src/deliver/embedded-sftp-server.ts';
import { connectSftp } from '../../src/deliver/sftp-connection.ts';
import { checkSftpOptions } from '../../src/deliver/sftp-options.ts';
import { generateSshKeyPair } from '../../src/deliver/ssh-key-pair.ts';
import { startSshd } from '../support/sshd.ts';
import { sftpOptions } from './support/sftp-client.ts';

const root = mkdtempSync(join(tmpdir(), 'dars-sftp-files-'));
afterAll(() => rmSync(root, { recursive: true }));

it('uses the extensions of OpenSSH', async () => {
  await using sshd = await startSshd();
  const { files, close } = await connectSftp(checkSftpOptions(sftpOptions(sshd)));
  expect(await files.freeBytes()).toBeGreaterThan(0);
  const file = await files.open('file', 'create');
  await file.sync();
  await file.close();
  // OpenSSH says this of a handle that is closed: so the request does reach it.
  await expect(file.sync()).rejects.toMatchObject({ trouble: 'missing' });
  await close();
});

it('does without them where they are not offered', async () => {
  const { privateKey, publicKey } = generateSshKeyPair();
  await using server = await startEmbeddedSftpServer({ folder: root, username: 'user', publicKey });
  const options = checkSftpOptions(sftpOptions({ ...server, username: 'user', privateKey }));
  const { files, close } = await connectSftp(options);
  expect(await files.freeBytes()).toBeUndefined();
  const file = await files.open('file', 'create');
  await file.sync();
  await file.close();
  await close();
});

it('answers nothing any more once it is closed', async () => {
  await using sshd = await startSshd();
  const connection = await connectSftp(checkSftpOptions(sftpOptions(sshd)));
  const file = await connection.files.open('file', 'create');
  const pending = expect(file.sync()).rejects.toMatchObject({ trouble: 'lost' });
  await connection.close();
  await pending;
  await expect(connection.files.look('file')).rejects.toMatchObject({ trouble: 'lost' });
  expect(connection.lost).toBe(true);
});
