import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../kernel/fault.ts';
import { deliveryFault } from './delivery-fault.ts';
import type { Destination, OutgoingFile, TransferProgress } from './destination.ts';
import { RemoteTrouble } from './remote-files.ts';
import { connectSftp, type SftpConnection } from './sftp-connection.ts';
import { checkSftpOptions, type SftpOptions, type SftpServer } from './sftp-options.ts';
import { upload } from './upload.ts';

/**
 * Logs in at once, so that a wrong key, user or host is known before hours of work. A connection that breaks later is
 * made again with growing delays and the file goes on where it stood; nothing else is tried twice.
 */
export async function openSftpDestination(options: SftpOptions): Promise<Destination> {
  const server = checkSftpOptions(options);
  return new SftpDestination(server, await connectSftp(server));
}

class SftpDestination implements Destination {
  readonly label: string;
  readonly #server: SftpServer;
  #connection: SftpConnection;
  #closed = false;

  constructor(server: SftpServer, connection: SftpConnection) {
    this.label = server.label;
    this.#server = server;
    this.#connection = connection;
  }

  async deliver(file: OutgoingFile, progress: TransferProgress): Promise<void> {
    const { delaysMs, anewAfterBytes } = this.#server.retry;
    let failures = 0;
    let furthest = -1;
    let countedFrom = 0;
    for (;;) {
      try {
        const { files } = await this.#connected();
        await upload({ label: this.label, files }, file, (sent) => {
          // A new try begins a little before the place where the last one broke off.
          if (sent <= furthest) return;
          furthest = sent;
          progress(file, sent);
        });
        return;
      } catch (error) {
        if (!isBreak(error)) throw error;
        if (furthest - countedFrom >= anewAfterBytes) {
          failures = 0;
          countedFrom = furthest;
        }
        const wait = delaysMs[failures];
        if (wait === undefined || this.#closed) throw error instanceof Fault ? error : interrupted(this.label, file);
        failures += 1;
        await delay(wait);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#connection.close();
  }

  async #connected(): Promise<SftpConnection> {
    if (this.#connection.lost && !this.#closed) this.#connection = await connectSftp(this.#server);
    return this.#connection;
  }
}

/** Everything else would fail again: a refusal, a full disk, another host key. */
function isBreak(error: unknown): boolean {
  if (error instanceof Fault) return error.code === 'unreachable';
  return error instanceof RemoteTrouble && error.trouble === 'lost';
}

function interrupted(label: string, file: OutgoingFile): Fault {
  return deliveryFault(
    'interrupted',
    `The connection to ${label} broke while ${file.name} was being delivered, and again each time it was resumed.`,
    'What arrived is kept there; the next delivery goes on from it.',
  );
}
