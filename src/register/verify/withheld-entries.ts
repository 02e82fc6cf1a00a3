import type { Problem } from '../../kernel/problem.ts';
import type { LoggedEntry } from '../../ledger/log-leaf.ts';
import { isPublishedKind } from '../../ledger/published-facts.ts';
import { PATHS } from '../publication.ts';
import { LaidAsideNames } from '../store/laid-aside-names.ts';
import type { Scratch } from '../store/scratch.ts';
import { problem } from './publication-problem.ts';

/** As many as a reader needs to see what is wrong. */
const SHOWN = 20;

/** Entries of kinds that are published whole, and are held back. Only a release that nobody received may be. */
export class WithheldEntries {
  readonly #label: string;
  readonly #intended: LaidAsideNames;
  readonly problems: Problem[] = [];

  constructor(label: string, scratch: Scratch) {
    this.#label = label;
    this.#intended = new LaidAsideNames(scratch);
  }

  /** Looks at the entries of a log, one after the other; those of a forged one can have any shape. */
  look(seq: number, entry: LoggedEntry): void {
    if ('facts' in entry) {
      if (entry.facts.kind === 'intended') this.#intended.add(String(entry.facts.release));
      if (entry.facts.kind === 'delivered' && !this.#intended.has(String(entry.facts.release)))
        this.#found(`entry ${seq} says that a release was delivered, and what it was is held back`);
    } else if (isPublishedKind(entry.kind) && entry.kind !== 'intended') {
      this.#found(`entry ${seq} is of the kind ${entry.kind}, and held back`);
    }
  }

  #found(message: string): void {
    if (this.problems.length < SHOWN) this.problems.push(problem(this.#label, 'withheld', message, PATHS.entries));
  }
}
