import { RemoteTrouble, type Trouble } from './remote-files.ts';

type Done<T> = (error: (Error & { code?: unknown }) | null | undefined, value: T) => void;

/** Sends one request and waits for its answer; rejects with RemoteTrouble only. */
export type Ask = <T>(request: (done: Done<T>) => void) => Promise<T>;

/**
 * The unanswered requests of one connection. ssh2 never calls back for a request made after the channel has closed,
 * and not always for those before: so the moment that a connection is known to be lost, everything pending fails here.
 */
export class SftpRequests {
  readonly #pending = new Set<(reason: RemoteTrouble) => void>();
  readonly #answerTimeoutMs: number;
  readonly #onStall: () => void;
  #lost = false;

  /** `onStall` is called when an answer is overdue; the connection is then as good as lost. */
  constructor(answerTimeoutMs: number, onStall: () => void) {
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#onStall = onStall;
  }

  get lost(): boolean {
    return this.#lost;
  }

  lose(): void {
    this.#lost = true;
    for (const reject of this.#pending) reject(new RemoteTrouble('lost'));
    this.#pending.clear();
  }

  readonly ask: Ask = <T>(request: (done: Done<T>) => void) =>
    new Promise<T>((resolve, reject) => {
      if (this.#lost) {
        reject(new RemoteTrouble('lost'));
        return;
      }
      const overdue = setTimeout(this.#onStall, this.#answerTimeoutMs);
      const fail = (reason: RemoteTrouble): void => {
        clearTimeout(overdue);
        reject(reason);
      };
      this.#pending.add(fail);
      const done: Done<T> = (error, value) => {
        this.#pending.delete(fail);
        if (error) fail(new RemoteTrouble(troubleOf(error.code)));
        else {
          clearTimeout(overdue);
          resolve(value);
        }
      };
      try {
        request(done);
      } catch {
        // ssh2 throws when it is to encrypt for a connection that it has just taken down.
        this.#pending.delete(fail);
        fail(new RemoteTrouble('lost'));
      }
    });
}

/** The status codes of SFTP 3; ssh2 gives none when no answer came. */
function troubleOf(status: unknown): Trouble {
  switch (status) {
    case 2:
      return 'missing';
    case 3:
      return 'denied';
    case 4:
    case 5:
    case 8:
      return 'failed';
    // Beyond version 3, but some servers send them.
    case 11:
      return 'exists';
    case 12:
      return 'denied';
    case 14:
    case 15:
      return 'space';
    default:
      return typeof status === 'number' && status !== 6 && status !== 7 ? 'failed' : 'lost';
  }
}
