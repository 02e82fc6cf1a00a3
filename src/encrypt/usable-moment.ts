import type { Key } from 'openpgp';

/**
 * `at`, or the making of the youngest of the keys and their subkeys if that was later. A run can be as of a day before
 * its keys were made (`--as-of`); they count from their making on, since no signature may be older than its key.
 */
export function usableMoment(keys: readonly Key[], at: Date): Date {
  const made = keys.flatMap((key) => [key, ...key.getSubkeys()].map((part) => part.getCreationTime().getTime()));
  return new Date(Math.max(at.getTime(), ...made));
}
