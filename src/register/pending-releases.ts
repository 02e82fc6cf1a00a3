import type { FactsOf } from '../ledger/published-facts.ts';
import { KeyIndex } from './store/key-index.ts';
import { RecordList } from './store/record-list.ts';
import type { Scratch } from './store/scratch.ts';

/** A release that was intended, and where. */
export interface IntendedRelease {
  readonly seq: number;
  readonly facts: FactsOf<'intended'>;
}

/** As many as are on their way at once; others wait long, or were given up. */
const AT_HAND = 64;

/** Releases that were intended and not delivered yet: the newest at hand, the others laid aside. */
export class PendingReleases {
  readonly #newest = new Map<string, IntendedRelease>();
  /** Null once it is taken. */
  readonly #others: RecordList<IntendedRelease | null>;
  readonly #othersByRelease = new KeyIndex();

  constructor(scratch: Scratch) {
    this.#others = new RecordList(scratch);
  }

  /** Of a release that is pending already, what was intended first stays. */
  add(intended: IntendedRelease): void {
    const { release } = intended.facts;
    if (this.#newest.has(release) || this.#laidAside(release) !== undefined) return;
    this.#newest.set(release, intended);
    if (this.#newest.size <= AT_HAND) return;
    for (const [oldest, each] of this.#newest) {
      this.#newest.delete(oldest);
      this.#others.push(each);
      this.#othersByRelease.add(oldest);
      return;
    }
  }

  /** Takes a release away; undefined where it is not pending. */
  take(release: string): IntendedRelease | undefined {
    const newest = this.#newest.get(release);
    if (newest !== undefined) {
      this.#newest.delete(release);
      return newest;
    }
    const number = this.#laidAside(release);
    if (number === undefined) return undefined;
    const intended = this.#others.get(number);
    this.#others.replace(number, null);
    return intended ?? undefined;
  }

  #laidAside(release: string): number | undefined {
    return this.#othersByRelease.findLast(release, (number) => this.#others.get(number)?.facts.release === release);
  }
}
