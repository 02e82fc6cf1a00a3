import type { Solver } from '../solver.ts';
import { componentsOf } from './components.ts';
import { Contradiction } from './contradiction.ts';
import { extremes, THOROUGH, type Thoroughness } from './extremes.ts';
import type { Interval, Publication } from './publication.ts';
import { reduce } from './reduce.ts';
import { nearness, tighten } from './tighten.ts';

/** What an attacker can derive of each target column from everything that is published. */
export function audit(
  publication: Publication,
  targets: readonly number[],
  solver: Solver,
  thoroughness: Thoroughness = THOROUGH,
): Interval[] {
  const { system } = publication;
  const bounds = tighten(publication);
  if (bounds === undefined) throw new Contradiction();
  const reduced = reduce(system, bounds);
  if (reduced === undefined) throw new Contradiction();
  const ends = new Map<number, Interval>();
  const wanted = new Set(targets.map((column) => reduced.said[column]?.root ?? column));
  for (const component of componentsOf(reduced)) {
    const own = component.columns.flatMap((column, index) => (wanted.has(column) ? [index] : []));
    const found = extremes(component, own, system.integral, thoroughness, solver);
    if (found === undefined) throw new Contradiction();
    for (const [index, extreme] of found) {
      const column = component.columns[index] ?? 0;
      ends.set(column, { column, ...extreme });
    }
  }
  return targets.map((column) => {
    const { root, scale, shift } = reduced.said[column] ?? { root: column, scale: 1, shift: 0 };
    if (scale === 0) return fixedAt(column, shift + 0);
    const lower = reduced.bounds.lower[root] ?? Number.NEGATIVE_INFINITY;
    const upper = reduced.bounds.upper[root] ?? Number.POSITIVE_INFINITY;
    // A column without relations is nothing but its bounds, and whatever lies within is possible.
    const end = ends.get(root) ?? { lower, upper, possibleLower: lower, possibleUpper: upper };
    const [low, high] = span(scale, shift, end.lower, end.upper);
    const [possibleLower, possibleUpper] = span(scale, shift, end.possibleLower, end.possibleUpper);
    return { column, lower: low, upper: high, possibleLower, possibleUpper };
  });
}

function fixedAt(column: number, value: number): Interval {
  return { column, lower: value, upper: value, possibleLower: value, possibleUpper: value };
}

function span(scale: number, shift: number, a: number, b: number): [number, number] {
  // A zero has no sign here.
  const [one, other] = [scale * a + shift + 0, scale * b + shift + 0];
  // Never sorted: ends of which nothing was found lie the wrong way round, and that must not come to mean anything at all.
  return scale < 0 ? [other, one] : [one, other];
}

/** Whether a column can be derived, as far as can be told: no two tables are known in which it differs. */
export function isExact({ possibleLower, possibleUpper }: Interval): boolean {
  return !(possibleUpper - possibleLower > nearness(possibleUpper) * 1e3);
}
