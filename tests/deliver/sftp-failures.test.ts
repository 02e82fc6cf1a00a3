import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutgoingFile } from '../../src/deliver/destination.ts';
import { openFolderDestination } from '../../src/deliver/folder-destination.ts';
import { hostKeyFingerprint } from '../../src/deliver/host-key.ts';
import { openSftpDestination } from '../../src/deliver/sftp-destination.ts';
import { generateSshKeyPair } from '../../src/deliver/ssh-key-pair.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { type Sshd, type SshdOptions, startSshd } from '../support/sshd.ts';
import { type CuttingProxy, type Network, startCuttingProxy } from './support/cutting-proxy.ts';
import { faultOf } from './support/fault-of.ts';
import { MB, makeOutbox, type Outbox } from './support/outgoing.ts';
import { sftpOptions } from './support/sftp-client.ts';
import { expectSilence } from './support/silence.ts';

const ignore = (): void => undefined;

expectSilence();
let outbox: Outbox;
let sshd: Sshd;

async function start(options?: SshdOptions): Promise<void> {
  await sshd?.[Symbol.asyncDispose]();
  sshd = await startSshd(options);
}

beforeEach(async () => {
  outbox = makeOutbox();
  await start();
});
afterEach(async () => {
  await sshd[Symbol.asyncDispose]();
  outbox[Symbol.dispose]();
});

const there = (name: string): string => join(sshd.directory, name);
const arrived = (file: OutgoingFile): boolean => readFileSync(there(file.name)).equals(readFileSync(file.path));

const brokenNetwork = (cutAfter: Network['cutAfter']): Promise<CuttingProxy> =>
  startCuttingProxy({ serverPort: () => sshd.port, cutAfter });

/** Runs `act` once, when more than `bytes` have arrived. */
function whenSent(bytes: number, act: () => void): (file: OutgoingFile, sent: number) => void {
  let done = false;
  return (_, sent) => {
    if (done || sent <= bytes) return;
    done = true;
    act();
  };
}

describe('letting in', () => {
  it('turns away from another host key before it names the user or shows a key', async () => {
    const options = sftpOptions(sshd, { hostKey: `SHA256:${'A'.repeat(43)}` });
    const fault = await faultOf(openSftpDestination(options), [sshd.privateKey]);
    expect(fault.code).toBe('host-key');
    expect(fault.message).toContain('127.0.0.1');
    await vi.waitFor(() => expect(sshd.log()).toMatch(/\[preauth\]/));
    expect(sshd.log()).not.toMatch(/publickey|user/i);
  });

  it('compares the whole fingerprint, letter for letter', async () => {
    const last = sshd.hostKey.at(-1);
    const hostKey = sshd.hostKey.slice(0, -1) + (last === 'A' ? 'E' : 'A');
    expect((await faultOf(openSftpDestination(sftpOptions(sshd, { hostKey })))).code).toBe('host-key');
    const padded = sftpOptions(sshd, { hostKey: `${sshd.hostKey}=` });
    expect((await faultOf(openSftpDestination(padded))).code).toBe('host-key-missing');
  });

  it.each(['', 'MD5:00:11:22', 'SHA256:…'])('connects to nobody when the pin is %j', async (hostKey) => {
    const fault = await faultOf(openSftpDestination(sftpOptions(sshd, { hostKey })));
    expect(fault.code).toBe('host-key-missing');
    expect(sshd.log()).not.toContain('Connection from');
  });

  it('says when the server does not want the key', async () => {
    const { privateKey } = generateSshKeyPair();
    const options = sftpOptions(sshd, { privateKey: new Secret(privateKey) });
    const fault = await faultOf(openSftpDestination(options), [privateKey]);
    expect(fault.code).toBe('authentication');
    expect(fault.message).toContain(`${sshd.username}@127.0.0.1:${sshd.port}`);
  });

  it('says when the server does not want the user, and tells no password', async () => {
    const password = 'correct horse battery staple';
    const options = sftpOptions(sshd, { username: 'nobody-here', password: new Secret(password) });
    const fault = await faultOf(openSftpDestination(options), [sshd.privateKey, password]);
    expect(fault.code).toBe('authentication');
  });

  it('keeps the password to itself where the key is enough', async () => {
    const asked: string[] = [];
    const hostKey = generateSshKeyPair();
    const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => {
      client.on('error', ignore).on('authentication', (attempt) => {
        asked.push(attempt.method);
        if (attempt.method === 'publickey') attempt.accept();
        else attempt.reject(['publickey', 'password']);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const publicKey = ssh2.utils.parseKey(hostKey.publicKey);
    if (publicKey instanceof Error) throw publicKey;
    const options = { port, hostKey: hostKeyFingerprint(publicKey.getPublicSSH()), password: new Secret('password') };
    // The log-in succeeds; this server has no SFTP.
    expect((await faultOf(openSftpDestination(sftpOptions(sshd, options)))).code).toBe('refused');
    expect(new Set(asked)).toEqual(new Set(['publickey']));
    server.close();
  });

  it.each([
    { what: 'is no key', key: 'not a key' },
    { what: 'lacks its end', key: generateSshKeyPair().privateKey.slice(0, 200) },
  ])('says when the private key $what', async ({ key }) => {
    const options = sftpOptions(sshd, { privateKey: new Secret(key) });
    expect((await faultOf(openSftpDestination(options), [key])).code).toBe('private-key');
  });

  it('says when nothing listens there', async () => {
    sshd.kill('server');
    const fault = await faultOf(openSftpDestination(sftpOptions(sshd)), [sshd.privateKey]);
    expect(fault.code).toBe('unreachable');
  });

  it('says when the host name is unknown', async () => {
    const fault = await faultOf(openSftpDestination(sftpOptions(sshd, { host: 'sftp.recipient.invalid' })));
    expect(fault.code).toBe('unreachable');
    expect(fault.message).toContain('sftp.recipient.invalid');
  });

  it('does not wait for ever for a server that says nothing', async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const fault = await faultOf(openSftpDestination(sftpOptions(sshd, { port, connectTimeoutMs: 200 })));
    expect(fault.code).toBe('unreachable');
    expect(fault.message).toContain('0.2 s');
    mute.close();
  });

  it('says when the server hangs up or talks nonsense', async () => {
    for (const greeting of ['', 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      const other = createServer((socket) => socket.on('error', ignore).end(greeting));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const fault = await faultOf(openSftpDestination(sftpOptions(sshd, { port, connectTimeoutMs: 2000 })));
      expect(fault.code).toBe('unreachable');
      other.close();
    }
  });

  it('says when there is no SFTP', async () => {
    await start({ config: ['Match all', 'ForceCommand /bin/false'] });
    const fault = await faultOf(openSftpDestination(sftpOptions(sshd, { connectTimeoutMs: 5000 })));
    expect(fault.code).toBe('refused');
    expect(fault.message).toContain('no SFTP');
  });

  it('says when no cipher is common', async () => {
    await start({ config: ['Ciphers chacha20-poly1305@openssh.com'] });
    expect((await faultOf(openSftpDestination(sftpOptions(sshd)))).code).toBe('refused');
  });
});

describe('a connection that breaks', () => {
  it('is made again, and the file goes on where it stood', async () => {
    await using proxy = await brokenNetwork((n) => (n < 2 ? 10 * MB : undefined));
    await using destination = await openSftpDestination(sftpOptions({ ...sshd, port: proxy.port }));
    const file = outbox.file('file', 30 * MB);
    const sent: number[] = [];
    await destination.deliver(file, (_, bytes) => sent.push(bytes));
    expect(arrived(file)).toBe(true);
    expect(proxy.connections).toBe(3);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(sent.at(-1)).toBe(file.bytes);
  });

  it('is given up after the tries, and what arrived is kept for another day', async () => {
    const file = outbox.file('file', 30 * MB);
    {
      await using proxy = await brokenNetwork(() => 9 * MB);
      const options = sftpOptions({ ...sshd, port: proxy.port }, { retry: { delaysMs: [5], anewAfterBytes: 50 * MB } });
      await using destination = await openSftpDestination(options);
      const fault = await faultOf(destination.deliver(file, ignore), [sshd.privateKey]);
      expect(fault.code).toBe('interrupted');
      expect(fault.message).toContain('file');
      expect(proxy.connections).toBe(2);
    }
    expect(statSync(there('file.part')).size).toBeGreaterThan(9 * MB);
    await using later = await openSftpDestination(sftpOptions(sshd));
    const sent: number[] = [];
    await later.deliver(file, (_, bytes) => sent.push(bytes));
    expect(sent[0]).toBeGreaterThan(5 * MB);
    expect(arrived(file)).toBe(true);
  });

  it('is forgiven as often as it brings the file a good deal further', async () => {
    await using proxy = await brokenNetwork(() => 9 * MB);
    const options = sftpOptions({ ...sshd, port: proxy.port }, { retry: { delaysMs: [5], anewAfterBytes: 4 * MB } });
    await using destination = await openSftpDestination(options);
    const file = outbox.file('file', 30 * MB);
    await destination.deliver(file, ignore);
    expect(arrived(file)).toBe(true);
    expect(proxy.connections).toBeGreaterThan(3);
  });

  it('is noticed between two files', async () => {
    await using proxy = await brokenNetwork(() => undefined);
    await using destination = await openSftpDestination(sftpOptions({ ...sshd, port: proxy.port }));
    await destination.deliver(outbox.file('first', 10), ignore);
    proxy.cut();
    const second = outbox.file('second', 10);
    await destination.deliver(second, ignore);
    expect(arrived(second)).toBe(true);
    expect(proxy.connections).toBe(2);
  });

  it('by a server that was killed ends in a Fault, and another process finishes the file', async () => {
    const file = outbox.file('file', 30 * MB);
    {
      await using destination = await openSftpDestination(sftpOptions(sshd));
      const fault = await faultOf(
        destination.deliver(
          file,
          whenSent(8 * MB, () => sshd.kill('server')),
        ),
      );
      expect(fault.code).toBe('unreachable');
    }
    expect(statSync(there('file.part')).size).toBeGreaterThan(8 * MB);
    await using folder = await openFolderDestination({ path: sshd.directory });
    const sent: number[] = [];
    await folder.deliver(file, (_, bytes) => sent.push(bytes));
    expect(sent[0]).toBeGreaterThan(2 * MB);
    expect(arrived(file)).toBe(true);
  });

  it('shows a changed host key only then, and the file stays where it is', async () => {
    const file = outbox.file('file', 30 * MB);
    await using impostor = await startSshd();
    await using proxy = await startCuttingProxy({
      serverPort: (n) => (n === 0 ? sshd.port : impostor.port),
      cutAfter: () => 10 * MB,
    });
    await using destination = await openSftpDestination(sftpOptions({ ...sshd, port: proxy.port }));
    const fault = await faultOf(destination.deliver(file, ignore));
    expect(fault.code).toBe('host-key');
    expect(proxy.connections).toBe(2); // what is not a broken connection is not tried again
    expect(impostor.log()).not.toMatch(/publickey/);
  });

  it('is noticed when the server freezes', async () => {
    const options = sftpOptions(sshd, {
      keepalive: { intervalMs: 100, missed: 3 },
      connectTimeoutMs: 300,
      retry: { delaysMs: [10], anewAfterBytes: 64 * MB },
    });
    await using destination = await openSftpDestination(options);
    const work = destination.deliver(
      outbox.file('file', 30 * MB),
      whenSent(8 * MB, () => sshd.freeze('server')),
    );
    const fault = await faultOf(work, [sshd.privateKey]);
    expect(fault.code).toBe('unreachable');
  });

  it('is made again when files are no longer served, although the server still answers', async () => {
    const options = sftpOptions(sshd, { keepalive: { intervalMs: 100, missed: 3 }, answerTimeoutMs: 1000 });
    await using destination = await openSftpDestination(options);
    const file = outbox.file('file', 30 * MB);
    await destination.deliver(
      file,
      whenSent(8 * MB, () => sshd.freeze('files')),
    );
    expect(arrived(file)).toBe(true);
    // A machine that is busy can take longer than a second to answer, and then it is made anew once more.
    expect(sshd.log().match(/Accepted publickey/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('is made again when the server keeps the connection and loses what serves the files', async () => {
    await using destination = await openSftpDestination(sftpOptions(sshd));
    const file = outbox.file('file', 30 * MB);
    await destination.deliver(
      file,
      whenSent(8 * MB, () => sshd.kill('files')),
    );
    expect(arrived(file)).toBe(true);
  });

  it('does not keep the program from ending when the server froze before', async () => {
    const destination = await openSftpDestination(sftpOptions(sshd));
    sshd.freeze('server');
    await destination[Symbol.asyncDispose]();
    const fault = await faultOf(destination.deliver(outbox.file('file', 10), ignore));
    expect(fault.code).toBe('interrupted');
  });
});

describe('a server that', () => {
  it('exchanges new keys in mid-transfer gets the file whole', async () => {
    await start({ config: ['RekeyLimit 4M'] });
    await using destination = await openSftpDestination(sftpOptions(sshd));
    const file = outbox.file('file', 30 * MB);
    await destination.deliver(file, ignore);
    expect(arrived(file)).toBe(true);
  });

  it('permits no writing is named as such', async () => {
    await start({ sftpServer: ['-R'] });
    await using destination = await openSftpDestination(sftpOptions(sshd));
    for (const name of ['file', 'directory/file']) {
      const fault = await faultOf(destination.deliver(outbox.file(name, 10), ignore));
      expect(fault.code).toBe('refused');
      expect(fault.message).toContain('does not permit writing');
      expect(fault.message).toContain(name);
    }
  });

  it('permits no reading gets its files, and gets them once', async () => {
    await start({ sftpServer: ['-P', 'read'] });
    await using destination = await openSftpDestination(sftpOptions(sshd));
    const file = outbox.file('file', 5 * MB);
    await destination.deliver(file, ignore);
    const before = statSync(there('file')).mtimeMs;
    await destination.deliver(file, ignore);
    expect(statSync(there('file')).mtimeMs).toBe(before);
    expect(arrived(file)).toBe(true);
  });

  it('has no such directory is told so, and none is made', async () => {
    await using destination = await openSftpDestination(sftpOptions(sshd, { directory: 'inbxo' }));
    const fault = await faultOf(destination.deliver(outbox.file('file', 10), ignore));
    expect(fault.code).toBe('refused');
    expect(fault.message).toContain('inbxo');
  });

  it('has an absolute directory is served too', async () => {
    await using destination = await openSftpDestination(sftpOptions(sshd, { directory: sshd.directory }));
    const file = outbox.file('file', 10);
    await destination.deliver(file, ignore);
    expect(arrived(file)).toBe(true);
  });

  it('wants a key with a passphrase gets it', async () => {
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', sshd.privateKeyFile], {
      stdio: 'pipe',
    });
    const privateKey = new Secret(readFileSync(sshd.privateKeyFile, 'utf8'));
    const locked = sftpOptions(sshd, { privateKey });
    expect((await faultOf(openSftpDestination(locked))).code).toBe('private-key');
    const wrong = sftpOptions(sshd, { privateKey, passphrase: new Secret('open barley') });
    expect((await faultOf(openSftpDestination(wrong), ['open barley'])).code).toBe('private-key');
    const right = sftpOptions(sshd, { privateKey, passphrase: new Secret('open sesame') });
    await using destination = await openSftpDestination(right);
    await destination.deliver(outbox.file('file', 10), ignore);
  });
});
