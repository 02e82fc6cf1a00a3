import { execFile } from 'node:child_process';
import { constants, open } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const openDescriptor = promisify(open);

/**
 * A named pipe in a private folder: DuckDB writes a COPY into it natively, and what it writes is never on disk.
 * Read with a `net.Socket` on a non-blocking descriptor, not with `fs.createReadStream`: that would block threads of
 * libuv's small pool, which DuckDB's own calls wait for, and a few at once hang for ever.
 */
export class Fifo implements AsyncDisposable {
  readonly path: string;
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.path = join(directory, 'output');
  }

  static async create(parent: string): Promise<Fifo> {
    const fifo = new Fifo(await mkdtemp(join(parent, 'dars-pipe-')));
    await run('mkfifo', ['-m', '600', fifo.path]);
    return fifo;
  }

  /** Opens the reading end, which must be there before anybody opens the other; it sees an end when a writer closes. */
  async reader(): Promise<Socket> {
    // A bare descriptor, which the socket alone owns and closes. A FileHandle would close the number a second time, and
    // by then it can be another file's: of the ledger, say, or of the outbox, where several releases are made at once.
    const fd = await openDescriptor(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: true, writable: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
