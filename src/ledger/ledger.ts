import type { Json } from '../kernel/canonical-json.ts';

/** What an entry says: a kind and its members, JSON only. The typed kinds are in `entries.ts`. */
export interface EntryBody {
  readonly kind: string;
  readonly [member: string]: Json | undefined;
}

/**
 * One line of the ledger. `previous` is the SHA-256 of the line before (without its line feed), zeros for the first.
 * `salt` is random, so that the line's own hash, which is published, does not let anybody guess what the line keeps
 * back (a count of 1 to 7 say); entries of before there was a register have none.
 */
export type Entry<B extends EntryBody = EntryBody> = B & {
  readonly seq: number;
  readonly time: string;
  readonly previous: string;
  readonly salt?: string;
};

/** How many entries there are and the SHA-256 of the last line: what a publication carries. */
export interface LedgerHead {
  readonly size: number;
  readonly hash: string;
}

/** The append-only record of everything that was decided and released. */
export interface Ledger {
  /** Every entry, oldest first, checked as it is read; a broken line is a Fault with exit 16. */
  entries(): AsyncIterable<Entry>;

  /**
   * Appends one entry, or several in one go, durable when the promise resolves with the last of them. `decide` runs
   * under the ledger's lock with all entries so far, so that what it allots (a file reference, a frequency) nobody else
   * can take at the same time; if it returns undefined or an empty list nothing is appended. If the process dies before
   * the promise resolves, the entries may or may not be there, or only the first of them: whoever goes on looks first.
   */
  append(
    decide: (entries: readonly Entry[]) => EntryBody | readonly EntryBody[] | undefined,
  ): Promise<Entry | undefined>;

  /** Walks the whole ledger, in bounded memory, and never throws because of what it finds. */
  verify(): Promise<LedgerVerification>;
}

export interface LedgerVerification {
  /** Of what is sound: everything, or all before the break. */
  readonly head: LedgerHead;
  /** Where the ledger breaks first, or undefined. */
  readonly broken: LedgerBreak | undefined;
  /** There is an unfinished line at the end: an append going on, or one that a crash cut short. Not a break. */
  readonly torn: boolean;
  /**
   * The head that the last append left beside the ledger. `behind`: a crash came between the two, the next append
   * mends it. `missing`: nothing shows whether lines were taken off the end; normal only with at most one entry.
   */
  readonly headRecord: 'agrees' | 'behind' | 'missing';
}

export interface LedgerBreak {
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}
