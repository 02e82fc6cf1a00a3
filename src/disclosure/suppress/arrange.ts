import type { Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import type { Demand } from './demands.ts';
import { restricted } from './restricted.ts';
import { type Movement, Router } from './router.ts';
import type { Pattern, Suppression } from './suppression.ts';
import { Ways, wayThatMeets } from './ways.ts';

/** Demands that nothing meets, whatever is hidden. */
export class Unprotectable extends Error {
  readonly demands: readonly Demand[];

  constructor(demands: readonly Demand[]) {
    super('some cells cannot be protected');
    this.demands = demands;
  }
}

/**
 * A pattern that meets every demand: one after the other gets its cheapest way to move, and what moves with it is hidden
 * from then on. Good, not best: what a later demand hides may make unnecessary what an earlier one did (see `cleaned`).
 */
export function arranged(
  suppression: Suppression,
  demands: readonly Demand[],
  price: (column: number) => number,
  solver: Solver,
): Pattern {
  const { given, candidate, system } = suppression;
  const pattern = given.slice();
  const canMove = (column: number): boolean => given[column] === 1 || candidate[column] === 1;
  using router = new Router(suppression, restricted(system, canMove), solver);
  router.price((column) => (given[column] === 1 ? 0 : price(column)));
  const ways = new Ways(demands, suppression);
  const unmet: Demand[] = [];
  for (const demand of demands) {
    if (ways.has(demand)) continue;
    const way = router.route(demand);
    if (way === undefined) unmet.push(demand);
    else {
      hide(way, pattern, (column) => router.setPrice(column, 0));
      ways.note(demand, way);
    }
  }
  if (unmet.length > 0) throw new Unprotectable(unmet);
  return pattern;
}

export function hide(way: readonly Movement[], pattern: Pattern, hidden: (column: number) => void): void {
  for (const { columns } of way) {
    for (const column of columns) {
      if (pattern[column] === 1) continue;
      pattern[column] = 1;
      hidden(column);
    }
  }
}

/**
 * The pattern without what it need not hide, the dearest first. Each demand keeps a way to move; only those whose way
 * goes over a column that is to be shown have to find another. Stops after `work` steps of the solver, with what is left.
 * Undefined where the pattern does not meet the demands.
 */
export function cleaned(
  suppression: Suppression,
  demands: readonly Demand[],
  pattern: Pattern,
  work: number,
  solver: Solver,
): Pattern | undefined {
  const { cost, given, system } = suppression;
  const left = pattern.slice();
  using router = new Router(
    suppression,
    restricted(system, (column) => pattern[column] === 1),
    solver,
  );
  router.price(() => 0);
  const ways = new Ways(demands, suppression);
  for (const demand of demands) {
    if (ways.has(demand)) continue;
    const way = router.route(demand);
    if (way === undefined) return undefined;
    ways.note(demand, way);
  }
  const secondary = [...left.keys()].filter((column) => left[column] === 1 && given[column] === 0);
  for (const column of secondary.sort((a, b) => at(cost, b) - at(cost, a) || a - b)) {
    if (router.iterations > work) break;
    router.allow(column, false);
    const others = rerouted(router, ways.over(column), suppression);
    if (others === undefined) router.allow(column, true);
    else {
      left[column] = 0;
      for (const [demand, way] of others) ways.set(demand, way);
    }
  }
  return left;
}

/** Another way for each demand; undefined where one has none. */
export function rerouted(
  router: Router,
  demands: readonly Demand[],
  room: Pick<Suppression, 'up' | 'down'>,
): Map<Demand, readonly Movement[]> | undefined {
  const found = new Map<Demand, readonly Movement[]>();
  for (const demand of demands) {
    if (found.has(demand)) continue;
    const way = router.route(demand);
    if (way === undefined) return undefined;
    found.set(demand, way);
    for (const other of demands) {
      const met = found.has(other) ? undefined : wayThatMeets(other, way, room);
      if (met !== undefined) found.set(other, met);
    }
  }
  return found;
}
