import { sha256Hex } from '../kernel/digest.ts';
import type { Sql } from './sql.ts';

/**
 * 64 random bits (UBIGINT) that depend on the seed, the purpose and the key, and on nothing else: not on the number of
 * people, the order of work or the clock. `key` is an integer expression. DuckDB may change its hash with a version;
 * then the same seed gives another world.
 *
 * The purpose goes in as an offset of the key, because DuckDB's hash of several values combines them so simply that
 * hash(1, i) and hash(2, i) differ by the same bits for every i.
 */
export function draw(seed: number, purpose: string, key: Sql): Sql {
  const offset = BigInt(`0x${sha256Hex(`${seed}/${purpose}`).slice(0, 16)}`) >> 3n;
  return `hash(${key} + ${offset}::BIGINT)`;
}

/** An integer of `width` bits, at most 31, out of a draw. Different bits of one draw are independent. */
export function bits(drawn: Sql, from: number, width: number): Sql {
  const mask = 2 ** width - 1;
  return from === 0 ? `(${drawn} & ${mask})::INTEGER` : `((${drawn} >> ${from}) & ${mask})::INTEGER`;
}

const CHANCE_BITS = 14;

/** True for `share` of the draws, to a 16th of a per mille. Uses 14 bits. */
export function chance(drawn: Sql, from: number, share: number): Sql {
  return `${bits(drawn, from, CHANCE_BITS)} < ${Math.round(share * 2 ** CHANCE_BITS)}`;
}

/** A number above 0 and at most 1. Uses all bits. */
function uniform(drawn: Sql): Sql {
  return `(((${drawn} >> 11)::DOUBLE + 0.5) * 1.1102230246251565e-16)`;
}

/** Exponentially distributed with mean 1. Uses all bits. */
export function exponential(drawn: Sql): Sql {
  return `(-ln(${uniform(drawn)}))`;
}
