import { at, rowCount, type SparseRows, transposed } from '../tables/sparse-rows.ts';
import type { Publication } from './publication.ts';

/** Ends that each lie within what follows from one relation at a time, from all of them in turn. */
export interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

const MOST_VISITS = 40;

/** How near two numbers are the same, beside numbers of this size. */
export function nearness(size: number): number {
  return Number.isFinite(size) ? 1e-9 * Math.max(1, Math.abs(size)) : 1e-9;
}

/**
 * Follows each relation to what it says of each of its columns when the others are at their ends, again and again until
 * nothing new follows. It finds at once what most cells of a good release come to, and fixes what is plain to see.
 * Undefined where the published values contradict each other.
 */
export function tighten({ system, lower: shownLower, upper: shownUpper }: Publication): Bounds | undefined {
  const { columns, relations, totals, integral } = system;
  const lower = Float64Array.from(shownLower, (value, column) => Math.max(value, at(system.lower, column)));
  const upper = Float64Array.from(shownUpper, (value, column) => Math.min(value, at(system.upper, column)));
  for (let column = 0; column < columns; column += 1) {
    if (at(lower, column) > at(upper, column) + nearness(at(upper, column))) return undefined;
  }
  const byColumn = transposed(relations, columns);
  const rows = rowCount(relations);
  const queue = Array.from({ length: rows }, (_, row) => row);
  const waiting = new Uint8Array(rows).fill(1);
  const visits = new Int32Array(rows);
  const changed = (column: number): void => {
    for (let k = at(byColumn.starts, column); k < at(byColumn.starts, column + 1); k += 1) {
      const row = at(byColumn.columns, k);
      if (waiting[row] === 1) continue;
      waiting[row] = 1;
      queue.push(row);
    }
  };
  for (let next = 0; next < queue.length; next += 1) {
    const row = queue[next] ?? 0;
    waiting[row] = 0;
    // Ends of real numbers can creep towards a limit for ever; where they do, the rest is left to linear programming.
    visits[row] = at(visits, row) + 1;
    if (at(visits, row) > MOST_VISITS) continue;
    if (!visit(row, { relations, totals, lower, upper, integral }, changed)) return undefined;
  }
  return { lower, upper };
}

interface State extends Bounds {
  readonly relations: SparseRows;
  readonly totals: Float64Array;
  readonly integral: boolean;
}

/** False where the relation can't hold. */
function visit(row: number, state: State, changed: (column: number) => void): boolean {
  const { relations, totals, lower, upper, integral } = state;
  const [from, to] = [at(relations.starts, row), at(relations.starts, row + 1)];
  // What the sum is at least and at most, without the terms that have no end; those are counted.
  let [least, most, endlessBelow, endlessAbove, size] = [0, 0, 0, 0, Math.abs(at(totals, row))];
  for (let k = from; k < to; k += 1) {
    const value = at(relations.values, k);
    const column = at(relations.columns, k);
    const low = value > 0 ? value * at(lower, column) : value * at(upper, column);
    const high = value > 0 ? value * at(upper, column) : value * at(lower, column);
    if (low === Number.NEGATIVE_INFINITY) endlessBelow += 1;
    else least += low;
    if (high === Number.POSITIVE_INFINITY) endlessAbove += 1;
    else most += high;
    size = Math.max(size, Number.isFinite(low) ? Math.abs(low) : 0, Number.isFinite(high) ? Math.abs(high) : 0);
  }
  const near = nearness(size) * 100;
  const total = at(totals, row);
  if (endlessBelow === 0 && least > total + near) return false;
  if (endlessAbove === 0 && most < total - near) return false;
  if (endlessBelow > 1 && endlessAbove > 1) return true;
  for (let k = from; k < to; k += 1) {
    const value = at(relations.values, k);
    const column = at(relations.columns, k);
    const [oldLower, oldUpper] = [at(lower, column), at(upper, column)];
    const low = value > 0 ? value * oldLower : value * oldUpper;
    const high = value > 0 ? value * oldUpper : value * oldLower;
    const othersLeast =
      low === Number.NEGATIVE_INFINITY
        ? endlessBelow === 1
          ? least
          : undefined
        : endlessBelow === 0
          ? least - low
          : undefined;
    const othersMost =
      high === Number.POSITIVE_INFINITY
        ? endlessAbove === 1
          ? most
          : undefined
        : endlessAbove === 0
          ? most - high
          : undefined;
    let newLower = Number.NEGATIVE_INFINITY;
    let newUpper = Number.POSITIVE_INFINITY;
    if (othersLeast !== undefined) {
      if (value > 0) newUpper = (total - othersLeast) / value;
      else newLower = (total - othersLeast) / value;
    }
    if (othersMost !== undefined) {
      if (value > 0) newLower = (total - othersMost) / value;
      else newUpper = (total - othersMost) / value;
    }
    if (integral) {
      newLower = Math.ceil(newLower - 1e-6);
      newUpper = Math.floor(newUpper + 1e-6);
    }
    if (newLower > oldLower + near || newUpper < oldUpper - near) {
      if (newLower > oldLower + near) lower[column] = newLower;
      if (newUpper < oldUpper - near) upper[column] = newUpper;
      const gap = at(upper, column) - at(lower, column);
      if (gap < -near) return false;
      if (gap < 0) lower[column] = at(upper, column);
      changed(column);
      // The sums above are those of the old ends, which still hold and are only wider; the relation is visited again.
    }
  }
  return true;
}
