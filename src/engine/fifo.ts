import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

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
    const handle = await open(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    // The socket owns the descriptor from here on; a second one keeps the handle from closing it when collected.
    return new Socket({ fd: handle.fd, readable: true, writable: false }).once(
      'close',
      () => void handle.close().catch(() => {}),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
