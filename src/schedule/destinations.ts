import type { Destination, OutgoingFile, TransferProgress } from '../deliver/destination.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { isOfPlace, NOT_TRIED, type Rest } from './rests.ts';

/** How destinations are reached, and how patiently. */
export interface DestinationsOptions {
  readonly open: (name: string) => Promise<Destination>;
  /** Those that rest after failures of earlier runs. */
  readonly resting: ReadonlyMap<string, Rest>;
  readonly now: () => Date;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** After which one that can't be reached is tried again, within one opening. */
  readonly retryMs: readonly number[];
}

/**
 * The destinations of one run. One that is found down is not tried again by other releases of the run: each would wait
 * as long, and their sealed files wait as well in the outbox.
 */
export class Destinations {
  readonly #options: DestinationsOptions;
  readonly #down = new Map<string, string>();
  readonly #opening = new Map<string, Promise<unknown>>();

  constructor(options: DestinationsOptions) {
    this.#options = options;
  }

  /** A Fault with the code `destination-down` where it is known to be down. One opening of a destination at a time. */
  open(name: string): Promise<Destination> {
    const before = this.#opening.get(name) ?? Promise.resolve();
    const opened = before.then(() => this.#open(name));
    this.#opening.set(
      name,
      opened.catch(() => undefined),
    );
    return opened;
  }

  /** The Fault with which `open` would fail without trying. */
  down(name: string): Fault | undefined {
    const down = this.#down.get(name);
    if (down !== undefined)
      return notTried(`${name} was found down before in this run and was not tried again: ${down}`);
    const rest = this.#options.resting.get(name);
    if (rest === undefined || rest.until <= this.#options.now()) return undefined;
    return notTried(`${name} rests until ${rest.until.toISOString()} after it failed: ${rest.because}`);
  }

  async #open(name: string): Promise<Destination> {
    const down = this.down(name);
    if (down !== undefined) throw down;
    const destination = await this.#noting(name, () => this.#reach(name));
    const deliver = (file: OutgoingFile, progress: TransferProgress): Promise<void> =>
      this.#noting(name, () => destination.deliver(file, progress));
    return { label: destination.label, deliver, [Symbol.asyncDispose]: () => destination[Symbol.asyncDispose]() };
  }

  async #reach(name: string): Promise<Destination> {
    const { open, pause, retryMs } = this.#options;
    for (let tries = 0; ; tries += 1) {
      try {
        return await open(name);
      } catch (error) {
        const wait = retryMs[tries];
        if (!(error instanceof Fault) || error.code !== 'unreachable' || wait === undefined) throw error;
        await pause(wait);
      }
    }
  }

  async #noting<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Fault && isOfPlace(error.code)) this.#down.set(name, error.message);
      throw error;
    }
  }
}

function notTried(message: string): Fault {
  return new Fault(ExitCode.delivery, NOT_TRIED, message, {
    hint: 'the sealed files wait in the outbox; a later dars due delivers them',
  });
}
