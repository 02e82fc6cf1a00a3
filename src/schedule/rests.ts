import { isKind } from '../ledger/entries.ts';
import type { Entry } from '../ledger/ledger.ts';

const MINUTE = 60_000;
/** After the first failure, twice as long after each further one, and never longer than lets every night try. */
const FIRST_REST = 10 * MINUTE;
const LONGEST_REST = 360 * MINUTE;

/** The codes of failures that are of one file; whatever else goes wrong is of the place, and would go wrong again. */
const OF_A_FILE = ['exists', 'size', 'changed'];

/** What a delivery fails with that was not tried, because the destination had been found down; it proves nothing new. */
export const NOT_TRIED = 'destination-down';

/** Until when nothing is tried again, and what went wrong last. */
export interface Rest {
  readonly until: Date;
  readonly because: string;
}

/** Who rests after failures. */
export interface Rests {
  /** By the destination's name in dars.yaml. */
  readonly ofDestination: ReadonlyMap<string, Rest>;
  readonly ofRelease: ReadonlyMap<string, Rest>;
}

/** Whether an error of a delivery says that its destination is of no use for now, to anybody. */
export function isOfPlace(code: string): boolean {
  return !OF_A_FILE.includes(code);
}

/** Who rests, by what the ledger says: each failure since the last success makes the rest of a destination longer. */
export function restsOf(entries: readonly Entry[]): Rests {
  const destinations = new Map<string, string>();
  const failures = { place: new Map<string, Failures>(), release: new Map<string, Failures>() };
  for (const entry of entries) {
    if (isKind(entry, 'intended')) destinations.set(entry.release, entry.recipient.destination);
    if (isKind(entry, 'delivered')) failures.place.delete(destinations.get(entry.release) ?? '');
    if (!isKind(entry, 'failed') || entry.code === NOT_TRIED) continue;
    const place = isOfPlace(entry.code);
    const key = place ? (destinations.get(entry.release) ?? '') : entry.release;
    const of = place ? failures.place : failures.release;
    of.set(key, { count: (of.get(key)?.count ?? 0) + 1, last: new Date(entry.time), because: entry.message });
  }
  const rests = (of: ReadonlyMap<string, Failures>): Map<string, Rest> =>
    new Map([...of].map(([key, { count, last, because }]) => [key, { until: afterRest(count, last), because }]));
  return { ofDestination: rests(failures.place), ofRelease: rests(failures.release) };
}

interface Failures {
  readonly count: number;
  readonly last: Date;
  readonly because: string;
}

function afterRest(count: number, last: Date): Date {
  return new Date(last.getTime() + Math.min(LONGEST_REST, FIRST_REST * 2 ** (count - 1)));
}
