import { at } from '../tables/sparse-rows.ts';
import type { Suppression } from './suppression.ts';

/** Something that every pattern has to satisfy that meets the demands: a weighted count of hidden columns is at least so much. */
export interface Cut {
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly least: number;
}

const SMALL = 1e-9;

/**
 * Why a demand is not met, as a condition on patterns (Fischetti and Salazar 2001): by duality a column moves no further
 * than the room of the others, weighted by reduced costs; so of that room enough must be hidden. A weight above what is
 * asked for counts no more than that. `given` columns are hidden whatever happens: what they give is taken off.
 */
export function cutOfDemand(
  reduced: readonly Float64Array[],
  amount: number,
  { up, down }: Suppression,
  given: Uint8Array,
): Cut | undefined {
  const columns: number[] = [];
  const gives: number[] = [];
  let least = amount;
  for (let column = 0; column < given.length; column += 1) {
    let give = 0;
    for (const costs of reduced) {
      const cost = at(costs, column);
      if (Math.abs(cost) > SMALL) give += cost > 0 ? cost * at(down, column) : -cost * at(up, column);
    }
    give = Math.min(give, amount);
    if (!(give > SMALL)) continue;
    if (at(given, column) === 1) {
      least -= give;
      if (least <= SMALL) return undefined;
    } else {
      columns.push(column);
      gives.push(give);
    }
  }
  const values = Float64Array.from(gives, (give) => Math.min(1, give / least));
  return { columns: Int32Array.from(columns), values, least: 1 };
}

/**
 * That a hidden column is not given away by those that are shown: if it is hidden, so is another of those that it can be
 * computed from.
 */
export function cutOfSupport(column: number, reduced: Float64Array, given: Uint8Array): Cut | undefined {
  const columns: number[] = [];
  for (let other = 0; other < given.length; other += 1) {
    if (other === column || Math.abs(at(reduced, other)) <= SMALL) continue;
    if (at(given, other) === 1) return undefined;
    columns.push(other);
  }
  const values = new Float64Array(columns.length + 1).fill(1);
  values[columns.length] = -1;
  return { columns: Int32Array.from([...columns, column]), values, least: 0 };
}

/** By how much a pattern, or a mixture of patterns, misses a cut. */
export function misses({ columns, values, least }: Cut, hidden: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < columns.length; index += 1) sum += at(values, index) * at(hidden, at(columns, index));
  return least - sum;
}
