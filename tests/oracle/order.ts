import { createHmac } from 'node:crypto';
import type { Secret } from '../../src/kernel/secret.ts';
import { compareTexts, type Value } from './values.ts';

const SLICES = 64n;
const PRIME = 999_983n;

/**
 * The slice of a person: the nine digits before the check digit, modulo a prime, times a number that the agreement's key
 * gives, modulo the prime again. It is another number for outputs with names than for those with tokens. Rows without a number lie in the first.
 */
export function sliceOf(number: string | undefined, names: boolean, key: Secret<Uint8Array>): number {
  if (number === undefined) return 0;
  const label = names ? 'dars/identified-slice/v1' : 'dars/slice/v1';
  const mac = createHmac('sha256', key.reveal()).update(label).digest().readUInt32BE(0);
  const factor = (BigInt(mac) % (PRIME - 1n)) + 1n;
  return Number((((BigInt(number.slice(0, 9)) % PRIME) * factor) % PRIME) % SLICES);
}

/** Where a row stands in an output. Rows that stand in one place are not told apart. */
export interface Place {
  readonly slice: number;
  readonly token: Value;
  readonly key: readonly Value[];
}

export function comparePlaces(a: Place, b: Place): number {
  const keys = a.key.map((value, at) => compareTexts(value, b.key[at]));
  return [a.slice - b.slice, compareTexts(a.token, b.token), ...keys].find((sign) => sign !== 0) ?? 0;
}
