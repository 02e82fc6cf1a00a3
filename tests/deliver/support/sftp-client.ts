import type { SftpOptions } from '../../../src/deliver/sftp-options.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { Sshd } from '../../support/sshd.ts';

/** Options for a server of the tests, with delays that no test has to wait for. */
export function sftpOptions(
  server: Pick<Sshd, 'port' | 'hostKey' | 'username' | 'privateKey'>,
  changed: Partial<SftpOptions> = {},
): SftpOptions {
  return {
    host: '127.0.0.1',
    port: server.port,
    username: server.username,
    privateKey: new Secret(server.privateKey),
    hostKey: server.hostKey,
    directory: '.',
    retry: { delaysMs: [10, 20, 40], anewAfterBytes: 64_000_000 },
    ...changed,
  };
}
