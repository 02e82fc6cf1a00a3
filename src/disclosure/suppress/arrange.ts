import type { Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import { type Demand, NEAR } from './demands.ts';
import { Neighbourhoods } from './neighbourhood.ts';
import { type Movement, Router } from './router.ts';
import type { Pattern, Suppression } from './suppression.ts';

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
  const { given, candidate } = suppression;
  const pattern = given.slice();
  using router = new Router(suppression, (column) => given[column] === 1 || candidate[column] === 1, solver);
  router.price((column) => (given[column] === 1 ? 0 : price(column)));
  const ways = new Ways(demands);
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

/** The number of columns in which a way is looked for first, where there are far more. */
const NEAR_COLUMNS = 400;

/**
 * As `arranged`, for systems in which looking at everything for each demand takes too long: a way is looked for among
 * the columns near by, then among four times as many, until there is one. Ways are short, as a rule.
 */
export function arrangedNearBy(suppression: Suppression, demands: readonly Demand[], solver: Solver): Pattern {
  const { given, candidate, cost, system } = suppression;
  const pattern = given.slice();
  const neighbourhoods = new Neighbourhoods(system);
  const ways = new Ways(demands);
  const unmet: Demand[] = [];
  for (const demand of demands) {
    if (ways.has(demand)) continue;
    let way: readonly Movement[] | undefined;
    for (let size = NEAR_COLUMNS; way === undefined; size *= 4) {
      const near = neighbourhoods.around([demand.column], size);
      const isIn = (column: number): boolean => near.has(column) && (given[column] === 1 || candidate[column] === 1);
      using router = new Router(suppression, isIn, solver);
      router.price((column) => (pattern[column] === 1 ? 0 : at(cost, column)));
      way = router.route(demand);
      if (near.size < size) break;
    }
    if (way === undefined) unmet.push(demand);
    else {
      hide(way, pattern, () => {});
      ways.note(demand, way);
    }
  }
  if (unmet.length > 0) throw new Unprotectable(unmet);
  return pattern;
}

function hide(way: readonly Movement[], pattern: Pattern, hidden: (column: number) => void): void {
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
  const { cost, given } = suppression;
  const left = pattern.slice();
  using router = new Router(suppression, (column) => pattern[column] === 1, solver);
  router.price(() => 0);
  const ways = new Ways(demands);
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
    const others = rerouted(router, ways.over(column));
    if (others === undefined) router.allow(column, true);
    else {
      left[column] = 0;
      for (const [demand, way] of others) ways.set(demand, way);
    }
  }
  return left;
}

function rerouted(router: Router, demands: readonly Demand[]): Map<Demand, readonly Movement[]> | undefined {
  const found = new Map<Demand, readonly Movement[]>();
  for (const demand of demands) {
    if (found.has(demand)) continue;
    const way = router.route(demand);
    if (way === undefined) return undefined;
    found.set(demand, way);
    for (const other of demands) if (!found.has(other) && isMetBy(other, way)) found.set(other, way);
  }
  return found;
}

function isMetBy({ column, sign, amount }: Demand, way: readonly Movement[]): boolean {
  const [movement] = way;
  if (movement === undefined || way.length > 1) return false;
  const place = movement.columns.indexOf(column);
  if (place < 0) return false;
  const moved = at(movement.amounts, place);
  return (sign === 0 ? Math.abs(moved) : sign * moved) >= amount - NEAR * Math.max(1, amount);
}

/** A way to move for each demand, and which demands go over a column. */
class Ways {
  readonly #ways = new Map<Demand, readonly Movement[]>();
  readonly #over = new Map<number, Set<Demand>>();
  readonly #at = new Map<number, Demand[]>();

  constructor(demands: readonly Demand[]) {
    for (const demand of demands) this.#at.set(demand.column, [...(this.#at.get(demand.column) ?? []), demand]);
  }

  has(demand: Demand): boolean {
    return this.#ways.has(demand);
  }

  set(demand: Demand, way: readonly Movement[]): void {
    for (const { columns } of this.#ways.get(demand) ?? [])
      for (const each of columns) this.#over.get(each)?.delete(demand);
    this.#ways.set(demand, way);
    for (const { columns } of way) {
      for (const each of columns) {
        const set = this.#over.get(each);
        if (set === undefined) this.#over.set(each, new Set([demand]));
        else set.add(demand);
      }
    }
  }

  /** Sets the way of a demand, and of all others that it happens to meet and that have none. */
  note(demand: Demand, way: readonly Movement[]): void {
    this.set(demand, way);
    for (const column of way.flatMap(({ columns }) => [...columns])) {
      for (const other of this.#at.get(column) ?? []) if (!this.has(other) && isMetBy(other, way)) this.set(other, way);
    }
  }

  over(column: number): readonly Demand[] {
    return [...(this.#over.get(column) ?? [])];
  }
}
