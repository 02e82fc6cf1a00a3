import type { Solver } from '../solver.ts';
import { componentsOf } from './components.ts';
import { extremes } from './extremes.ts';
import type { Interval, Publication } from './publication.ts';
import { reduce } from './reduce.ts';
import { nearness, tighten } from './tighten.ts';

/** The published values contradict each other: no tables at all could have led to them. */
export class Contradiction extends Error {}

/** What an attacker can derive of each target column from everything that is published. */
export function audit(publication: Publication, targets: readonly number[], solver: Solver): Interval[] {
  const { system } = publication;
  const bounds = tighten(publication);
  if (bounds === undefined) throw new Contradiction();
  const reduced = reduce(system, bounds);
  if (reduced === undefined) throw new Contradiction();
  const ends = new Map<number, Interval>();
  const wanted = new Set(targets.map((column) => reduced.said[column]?.root ?? column));
  for (const component of componentsOf(reduced)) {
    const own = component.columns.flatMap((column, index) => (wanted.has(column) ? [index] : []));
    const found = extremes(component, own, system.integral, solver);
    if (found === undefined) throw new Contradiction();
    for (const [index, extreme] of found) {
      const column = component.columns[index] ?? 0;
      ends.set(column, { column, ...extreme });
    }
  }
  return targets.map((column) => {
    const { root, scale, shift } = reduced.said[column] ?? { root: column, scale: 1, shift: 0 };
    if (scale === 0) return { column, lower: shift, upper: shift, attained: true };
    const end = ends.get(root) ?? {
      lower: reduced.bounds.lower[root] ?? Number.NEGATIVE_INFINITY,
      upper: reduced.bounds.upper[root] ?? Number.POSITIVE_INFINITY,
      attained: true,
    };
    const [a, b] = [scale * end.lower + shift, scale * end.upper + shift];
    return { column, lower: Math.min(a, b), upper: Math.max(a, b), attained: end.attained };
  });
}

/** Whether an interval gives its cell away. */
export function isExact({ lower, upper }: Interval): boolean {
  return upper - lower <= nearness(upper) * 1e3;
}
