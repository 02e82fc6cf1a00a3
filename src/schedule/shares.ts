import { bytesOf } from '../kernel/byte-size.ts';
import { LEAST_MEMORY } from '../workspace/workspace-schema.ts';

/** How much of the machine one release may use. */
export interface Share {
  readonly memory: string;
  readonly threads: number;
}

/** How many releases are worked at at once: no more than there are, and none with less memory than it needs to begin. */
export function workersFor(limits: { readonly memory: string; readonly at_once: number }, releases: number): number {
  return Math.max(1, Math.min(limits.at_once, releases, Math.floor(bytesOf(limits.memory) / LEAST_MEMORY)));
}

/** The same share of memory and threads for each; a thread at least. */
export function shareOf(limits: { readonly memory: string }, threads: number, workers: number): Share {
  return {
    memory: `${Math.floor(bytesOf(limits.memory) / workers / 1000)}KB`,
    threads: Math.max(1, Math.floor(threads / workers)),
  };
}

/** A number of places; work waits in line for one to be free. */
export class Slots {
  #free: number;
  readonly #line: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
