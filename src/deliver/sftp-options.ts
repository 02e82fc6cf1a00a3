import ssh2 from 'ssh2';
import type { Secret } from '../kernel/secret.ts';
import { deliveryFault } from './delivery-fault.ts';
import { isHostKeyFingerprint } from './host-key.ts';

export interface SftpOptions {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** OpenSSH or PEM. */
  readonly privateKey: Secret<string>;
  readonly passphrase?: Secret<string> | undefined;
  /** For servers that want a password after the key, or instead of it. */
  readonly password?: Secret<string> | undefined;
  /** `SHA256:…` of the server's key. There is no trust on first use: without a pin nothing is delivered. */
  readonly hostKey: string;
  /** Relative to the login directory, or absolute. It must exist: a typing error is not to become a directory. */
  readonly directory: string;
  /** For everything until files can be written: name look-up, TCP, key exchange, log-in, SFTP. Default 20 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** A server that leaves this many keepalives unanswered is given up. Default: 3, one every 10 s. */
  readonly keepalive?: { readonly intervalMs: number; readonly missed: number } | undefined;
  /**
   * How long one answer may take on a connection that is alive, as when the server's disk hangs. Default 5 minutes:
   * making a large file durable is one request.
   */
  readonly answerTimeoutMs?: number | undefined;
  readonly retry?: SftpRetry | undefined;
}

interface SftpRetry {
  /** One new try after each delay. Default: 0.5 s, 2 s, 8 s. */
  readonly delaysMs: readonly number[];
  /** A try that brought this much further starts the count anew, so that a large file outlives many breaks. */
  readonly anewAfterBytes: number;
}

/** The options with every default filled in. */
export interface SftpServer extends SftpOptions {
  readonly label: string;
  readonly connectTimeoutMs: number;
  readonly keepalive: { readonly intervalMs: number; readonly missed: number };
  readonly answerTimeoutMs: number;
  readonly retry: SftpRetry;
}

/** A missing pin or an unusable private key is found here, before anything is sent. */
export function checkSftpOptions(options: SftpOptions): SftpServer {
  const { host, port, username, directory, hostKey } = options;
  const address = host.includes(':') ? `[${host}]` : host;
  const label = `sftp://${username}@${address}:${port}/${directory === '.' ? '' : directory}`;
  if (!isHostKeyFingerprint(hostKey)) {
    throw deliveryFault(
      'host-key-missing',
      `No usable host key is pinned for ${label}, so it could be anybody; nothing was sent.`,
      'Ask the recipient for the SHA256 fingerprint of its server, as `ssh-keygen -l` prints it: SHA256:…',
    );
  }
  if (ssh2.utils.parseKey(options.privateKey.reveal(), options.passphrase?.reveal()) instanceof Error) {
    throw deliveryFault(
      'private-key',
      `The private key for ${label} can't be read, or its passphrase is missing or wrong.`,
      'It must be an OpenSSH or PEM private key.',
    );
  }
  return {
    ...options,
    label,
    connectTimeoutMs: options.connectTimeoutMs ?? 20_000,
    keepalive: options.keepalive ?? { intervalMs: 10_000, missed: 3 },
    answerTimeoutMs: options.answerTimeoutMs ?? 300_000,
    retry: options.retry ?? { delaysMs: [500, 2000, 8000], anewAfterBytes: 64 * 1024 * 1024 },
  };
}
