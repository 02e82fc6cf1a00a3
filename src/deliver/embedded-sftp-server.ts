import { realpathSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ParsedKey } from 'ssh2';
import { serveSftpFiles } from './embedded-sftp-files.ts';
import { hostKeyFingerprint } from './host-key.ts';
import { generateSshKeyPair } from './ssh-key-pair.ts';

export interface EmbeddedSftpOptions {
  /** What is delivered lands here; it must exist, and nothing outside it can be reached. */
  readonly folder: string;
  readonly username: string;
  /** One line as in `authorized_keys`: the only key that may log in. */
  readonly publicKey: string;
  /** 0, the default, takes any free one. */
  readonly port?: number;
}

export interface EmbeddedSftpServer extends AsyncDisposable {
  readonly port: number;
  /** `SHA256:…` of a host key that was made for this run. */
  readonly hostKey: string;
}

/** The recipient's server of `dars demo`, on 127.0.0.1 only. It is a stand-in for a real one, not a replacement. */
export async function startEmbeddedSftpServer(options: EmbeddedSftpOptions): Promise<EmbeddedSftpServer> {
  const root = realpathSync(options.folder);
  const allowed = publicKeyOf(options.publicKey);
  const hostKey = generateSshKeyPair();
  const clients = new Set<Connection>();

  const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] }, (client) => {
    clients.add(client);
    client.on('authentication', (attempt) => {
      if (isAllowed(attempt, options.username, allowed)) attempt.accept();
      else attempt.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => {
        const sftp = acceptSftp();
        const closeFiles = serveSftpFiles(sftp, root);
        sftp.on('error', () => undefined);
        // OpenSSH's client waits for this answer to its end of file.
        sftp.on('end', () => sftp.end());
        client.on('close', closeFiles);
      });
    });
    // A client that hangs up in mid-sentence is no concern of the server.
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: hostKeyFingerprint(publicKeyOf(hostKey.publicKey).getPublicSSH()),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const client of clients) client.end();
      await closed;
    },
  };
}

function publicKeyOf(line: string): ParsedKey {
  const key = ssh2.utils.parseKey(line);
  if (key instanceof Error) throw new Error('not an OpenSSH public key');
  return key;
}

/** A client first asks whether the key would do, without a signature, and then signs. */
function isAllowed(attempt: AuthContext, username: string, allowed: ParsedKey): boolean {
  if (attempt.method !== 'publickey' || attempt.username !== username) return false;
  if (attempt.key.algo !== allowed.type || !attempt.key.data.equals(allowed.getPublicSSH())) return false;
  if (attempt.signature === undefined || attempt.blob === undefined) return true;
  return allowed.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
}
