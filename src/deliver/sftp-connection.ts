import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Algorithms, AuthenticationType, SFTPWrapper } from 'ssh2';
import SftpClient from 'ssh2-sftp-client';
import type { Fault } from '../kernel/fault.ts';
import { deliveryFault } from './delivery-fault.ts';
import { hostKeyFingerprint } from './host-key.ts';
import type { RemoteFiles } from './remote-files.ts';
import { sftpFiles } from './sftp-files.ts';
import type { SftpServer } from './sftp-options.ts';
import { SftpRequests } from './sftp-requests.ts';

/** One logged-in connection. When it is lost, every request fails with RemoteTrouble `lost`, for good. */
export interface SftpConnection {
  readonly files: RemoteFiles;
  readonly lost: boolean;
  close(): Promise<void>;
}

// GCM needs no separate MAC and is the fastest in Node; ChaCha20 and CBC are what the Terrapin attack works on.
const ALGORITHMS: Algorithms = {
  cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr', 'aes192-ctr', 'aes128-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
};

/** What the library and the server have let us know while connecting: flags only, never their texts. */
interface Signs {
  late: boolean;
  wrongHostKey: boolean;
  authenticated: boolean;
  level: unknown;
}

/** Throws a Fault only. The server's key is checked before the user name or any proof of the key is sent. */
export async function connectSftp(server: SftpServer): Promise<SftpConnection> {
  const signs: Signs = { late: false, wrongHostKey: false, authenticated: false, level: undefined };
  // Our own socket, because ssh2 leaves Nagle's algorithm on, and to be able to give up whatever the library waits for.
  const socket = createConnection({ host: server.host, port: server.port, noDelay: true });
  const deadline = setTimeout(() => {
    signs.late = true;
    socket.destroy(new Error('late'));
  }, server.connectTimeoutMs);
  try {
    await reach(socket, server, signs);
    // Without these the library writes to standard output.
    const client = new SftpClient('dars', { error() {}, end() {}, close() {} });
    const sftp = await logIn(client, socket, server, signs);
    return connection(client, socket, sftp, server);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

async function reach(socket: Socket, server: SftpServer, signs: Signs): Promise<void> {
  try {
    await once(socket, 'connect');
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (signs.late) throw tooLate(server);
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') throw unreachable(server, 'has a host name that is not known');
    if (code === 'ECONNREFUSED') throw unreachable(server, 'refuses connections');
    throw unreachable(server, "can't be reached from here");
  }
}

async function logIn(client: SftpClient, socket: Socket, server: SftpServer, signs: Signs): Promise<SFTPWrapper> {
  client.on('error', (error: { level?: unknown }) => {
    signs.level ??= error.level;
  });
  client.on('ready', () => {
    signs.authenticated = true;
  });
  const methods: AuthenticationType[] = server.password === undefined ? ['publickey'] : ['publickey', 'password'];
  try {
    return await client.connect({
      sock: socket,
      username: server.username,
      privateKey: server.privateKey.reveal(),
      ...(server.passphrase && { passphrase: server.passphrase.reveal() }),
      ...(server.password && { password: server.password.reveal() }),
      authHandler: methods,
      algorithms: ALGORITHMS,
      hostVerifier: (key: Buffer) => {
        signs.wrongHostKey = hostKeyFingerprint(key) !== server.hostKey;
        return !signs.wrongHostKey;
      },
      readyTimeout: 0, // ours covers more
      keepaliveInterval: server.keepalive.intervalMs,
      keepaliveCountMax: server.keepalive.missed,
    });
  } catch {
    throw logInFault(server, signs);
  }
}

function logInFault(server: SftpServer, signs: Signs): Fault {
  const { label } = server;
  if (signs.wrongHostKey) {
    return deliveryFault(
      'host-key',
      `${label} showed another host key than the pinned one, so it may be another server; nothing was sent.`,
      'Change the pin only when the recipient has confirmed the new key by another way. A server has a key of each ' +
        'kind; the one to pin is the Ed25519 key where there is one.',
    );
  }
  if (signs.late) return tooLate(server);
  if (signs.level === 'client-authentication') {
    return deliveryFault(
      'authentication',
      `${label} does not let ${server.username} in with the configured key.`,
      'Ask the recipient whether the public key is installed for this user name.',
    );
  }
  if (signs.level === 'handshake') {
    return deliveryFault('refused', `${label} has no cipher, MAC or key exchange in common with us.`);
  }
  if (signs.authenticated && signs.level === undefined) {
    return deliveryFault('refused', `${label} lets ${server.username} in, but offers no SFTP.`);
  }
  return unreachable(server, 'closed the connection during log-in');
}

function connection(client: SftpClient, socket: Socket, sftp: SFTPWrapper, server: SftpServer): SftpConnection {
  const requests = new SftpRequests(server.answerTimeoutMs, () => socket.destroy());
  const lose = (): void => {
    requests.lose();
    socket.destroy();
  };
  socket.once('close', lose);
  // The channel may end alone, as when the server's SFTP process is killed; its error event, unheard, would throw.
  for (const event of ['error', 'end', 'close']) sftp.on(event, lose);
  if (socket.destroyed) lose();
  return {
    files: sftpFiles(sftp, server.directory, requests.ask),
    get lost() {
      return requests.lost;
    },
    async close() {
      if (socket.closed) return;
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      requests.lose();
      client.end().catch(() => undefined);
      // The library would wait for the server to hang up, which a frozen one never does.
      socket.destroySoon();
      await closed;
    },
  };
}

function unreachable({ label }: SftpServer, how: string): Fault {
  return deliveryFault('unreachable', `${label} ${how}.`);
}

function tooLate(server: SftpServer): Fault {
  return unreachable(server, `gave no answer within ${server.connectTimeoutMs / 1000} s`);
}
