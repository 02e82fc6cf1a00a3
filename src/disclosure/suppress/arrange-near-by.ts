import type { Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import { hide, rerouted, Unprotectable } from './arrange.ts';
import type { Demand } from './demands.ts';
import { Neighbourhoods } from './neighbourhood.ts';
import { type Movement, Router } from './router.ts';
import type { Pattern, Suppression } from './suppression.ts';
import { Ways } from './ways.ts';

/** As far as is looked first, as a rule. */
export const NEAR_COLUMNS = 250;

/** Beyond so many columns a program in whole numbers takes minutes for a single way. */
const MOST_IN_WHOLE_NUMBERS = 4_000;

/** How far is looked, and for how long. */
export interface NearBy {
  /** The number of columns in which a way is looked for first. */
  readonly columns: number;
  /** Steps of the solver for cleaning; ways are found however long it takes. */
  readonly work: number;
}

/**
 * A pattern that meets every demand, for systems in which looking at everything for each demand takes too long: a way
 * is looked for among the columns near by, then among four times as many, until there is one. Ways are short, as a rule.
 * What then need not be hidden is shown again, the dearest first, where those whose way goes over it find another near
 * by. What is left has a way for each demand, so that it needs no check of the whole.
 */
export function arrangedNearBy(
  suppression: Suppression,
  demands: readonly Demand[],
  near: NearBy,
  solver: Solver,
): Pattern {
  const neighbourhoods = new Neighbourhoods(suppression.system);
  const pattern = suppression.given.slice();
  const ways = new Ways(demands, suppression);
  const unmet: Demand[] = [];
  for (const demand of demands) {
    if (ways.has(demand)) continue;
    const way = wayOf(demand, pattern, { suppression, neighbourhoods, near, solver });
    if (way === undefined) unmet.push(demand);
    else {
      hide(way, pattern, () => {});
      ways.note(demand, way);
    }
  }
  if (unmet.length > 0) throw new Unprotectable(unmet);
  clean(pattern, ways, { suppression, neighbourhoods, near, solver });
  return pattern;
}

export interface Surroundings {
  readonly suppression: Suppression;
  readonly neighbourhoods: Neighbourhoods;
  readonly near: NearBy;
  readonly solver: Solver;
}

function wayOf(
  demand: Demand,
  pattern: Pattern,
  { suppression, neighbourhoods, near, solver }: Surroundings,
): readonly Movement[] | undefined {
  const { given, candidate, cost } = suppression;
  const canMove = (column: number): boolean => given[column] === 1 || candidate[column] === 1;
  for (let size = near.columns; ; size *= 4) {
    const columns = neighbourhoods.around([demand.column], size, canMove, 3 * size);
    using router = new Router(suppression, neighbourhoods.restrictedTo(columns), solver);
    router.price((column) => (pattern[column] === 1 ? 0 : at(cost, column)));
    const way = router.route(demand);
    if (way !== undefined || columns.size < size) return way;
  }
}

function clean(pattern: Pattern, ways: Ways, { suppression, neighbourhoods, near, solver }: Surroundings): void {
  const { cost, given } = suppression;
  const secondary = [...pattern.keys()].filter((column) => pattern[column] === 1 && given[column] === 0);
  const isHidden = (column: number): boolean => pattern[column] === 1;
  let work = 0;
  for (const column of secondary.sort((a, b) => at(cost, b) - at(cost, a) || a - b)) {
    if (work > near.work) return;
    const demands = ways.over(column);
    pattern[column] = 0;
    if (demands.length === 0) continue;
    const start = [...new Set(demands.map((demand) => demand.column))];
    const columns = neighbourhoods.around(start, near.columns, isHidden, 3 * near.columns);
    using router = new Router(suppression, neighbourhoods.restrictedTo(columns), solver);
    router.price(() => 0);
    const others = rerouted(router, demands, suppression);
    work += router.iterations;
    if (others === undefined) pattern[column] = 1;
    else for (const [demand, way] of others) ways.set(demand, way);
  }
}

/**
 * The cheapest way in whole numbers for a column to move by `by`, hidden columns at no cost, among those near by; undefined
 * where none is found among some thousands.
 */
export function wholeWay(
  column: number,
  by: number,
  pattern: Pattern,
  { suppression, neighbourhoods, near, solver }: Surroundings,
): Movement | undefined {
  const { given, candidate, cost } = suppression;
  const canMove = (each: number): boolean => given[each] === 1 || candidate[each] === 1;
  for (let size = near.columns; ; size *= 4) {
    const columns = neighbourhoods.around([column], size, canMove, 3 * size);
    using router = new Router(suppression, neighbourhoods.restrictedTo(columns), solver);
    router.price((each) => (pattern[each] === 1 ? 0 : at(cost, each)));
    const way = router.moveInWholeNumbers(column, by);
    if (way !== undefined || columns.size < size || size >= MOST_IN_WHOLE_NUMBERS) return way;
  }
}
