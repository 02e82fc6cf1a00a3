import { audit, isExact } from './audit/audit.ts';
import type { Interval } from './audit/publication.ts';
import type { Instance } from './instance/instance.ts';
import { publicationOf } from './published-pattern.ts';
import type { Solver } from './solver.ts';
import { arranged, arrangedNearBy, cleaned, Unprotectable } from './suppress/arrange.ts';
import { branchAndCut, type Progress } from './suppress/branch-and-cut.ts';
import { type Demand, demandsOf } from './suppress/demands.ts';
import { Neighbourhoods } from './suppress/neighbourhood.ts';
import {
  costOfPattern,
  type Pattern,
  type Suppression,
  type SuppressionTerms,
  suppressionOf,
} from './suppress/suppression.ts';
import { at } from './tables/sparse-rows.ts';

export interface ProtectionTerms extends SuppressionTerms {
  /** How long to look for the best pattern and its proof: 0 not at all, 1 as a rule, 10 ten times as long. */
  readonly effort: number;
}

/** How a pattern was found. */
export type Method = 'branch-and-cut' | 'routes' | 'routes near by';

export interface Protected {
  readonly pattern: Pattern;
  readonly cost: number;
  /** No pattern that protects the cells costs less. */
  readonly lowerBound: number;
  /** Whether this is the cheapest there is. */
  readonly proven: boolean;
  readonly method: Method;
  /** What an attacker can derive of each hidden column, as the auditor says. */
  readonly intervals: readonly Interval[];
}

/** Steps of the solver for systems of a thousand columns; fewer for larger ones, which take longer a step. */
const STEPS = 4_000_000;
/** Beyond this many columns proofs are out of reach, and a relaxation takes longer than it helps. */
const MOST_TO_PROVE = 5_000;
const MOST_TO_SEARCH_WHOLE = 4_000;
const REPAIRS = 200;

/**
 * Hides what has to be hidden of an instance, at the least cost that can be found, and has the auditor look at what
 * would be published. What it finds derivable all the same (whole numbers can say more than linear programming sees) is
 * repaired by hiding the cheapest neighbour. Throws `Unprotectable` where nothing helps.
 */
export function protect(
  instance: Instance,
  terms: ProtectionTerms,
  solver: Solver,
  observe: (progress: Progress) => void,
): Protected {
  const suppression = suppressionOf(instance, terms);
  const demands = demandsOf(suppression.needs);
  const found = search(suppression, demands, terms.effort, solver, observe);
  const pattern = cleaned(suppression, demands, found.pattern, stepsFor(suppression, 1), solver);
  if (pattern === undefined) throw new Error('a pattern that was found does not meet its demands');
  for (let repair = 0; ; repair += 1) {
    const intervals = audit(publicationOf(instance, pattern), hiddenColumns(instance, pattern), solver);
    const open = intervals.filter((interval) => isExact(interval) || !holds(interval, suppression));
    if (open.length === 0) {
      const cost = costOfPattern(suppression, pattern);
      return { ...found, pattern, cost, proven: found.proven && cost <= found.cost + 1e-9, intervals };
    }
    const repaired =
      repair < REPAIRS && open.map(({ column }) => hideBeside(column, suppression, pattern)).some(Boolean);
    if (!repaired) throw new Unprotectable(open.map(({ column }) => ({ column, sign: 0, amount: 0 })));
  }
}

function search(
  suppression: Suppression,
  demands: readonly Demand[],
  effort: number,
  solver: Solver,
  observe: (progress: Progress) => void,
): Omit<Protected, 'intervals'> {
  const { cost, system } = suppression;
  const route = (price: (column: number) => number): Pattern => {
    const pattern = arranged(suppression, demands, price, solver);
    return cleaned(suppression, demands, pattern, stepsFor(suppression, 1), solver) ?? pattern;
  };
  if (system.columns > MOST_TO_SEARCH_WHOLE) {
    return unproven(suppression, arrangedNearBy(suppression, demands, solver), 'routes near by');
  }
  // Nothing to protect; or nothing that could be hidden besides, which `cleaned` finds enough or not.
  const isSettled = demands.length === 0 || !suppression.candidate.includes(1);
  const ownPrice = (column: number): number => at(cost, column);
  if (isSettled || effort <= 0 || system.columns > MOST_TO_PROVE)
    return unproven(suppression, route(ownPrice), 'routes');
  const start = arranged(suppression, demands, ownPrice, solver);
  const { bound, ...found } = branchAndCut(
    suppression,
    demands,
    start,
    stepsFor(suppression, effort),
    { route, observe },
    solver,
  );
  return { ...found, lowerBound: bound, method: 'branch-and-cut' };
}

/** What is hidden from the start costs what it costs, and nothing is known beyond. */
function unproven(suppression: Suppression, pattern: Pattern, method: Method): Omit<Protected, 'intervals'> {
  const cost = costOfPattern(suppression, pattern);
  const lowerBound = costOfPattern(suppression, suppression.given);
  return { pattern, cost, lowerBound, proven: cost <= lowerBound, method };
}

function stepsFor({ system }: Suppression, effort: number): number {
  return (effort * STEPS * 1_000) / Math.max(1_000, system.columns);
}

function hiddenColumns({ cells }: Instance, pattern: Pattern): number[] {
  return [...new Set(cells.map(({ column }) => column))].filter((column) => pattern[column] === 1);
}

/** Whether an interval reaches as far around the true value as is needed. */
function holds({ column, lower, upper }: Interval, { needs, values }: Suppression): boolean {
  const need = needs.find((each) => each.column === column);
  if (need === undefined) return true;
  const value = at(values, column);
  const near = 1e-6 * Math.max(1, Math.abs(value));
  return lower <= value - need.below + near && upper >= value + need.above - near && upper - lower >= need.width - near;
}

/** Hides the cheapest column that shares a relation with this one; false where there is none. */
function hideBeside(column: number, { candidate, cost, system }: Suppression, pattern: Pattern): boolean {
  const near = [...new Neighbourhoods(system).around([column], 2)];
  const [cheapest] = near
    .filter((each) => candidate[each] === 1 && pattern[each] === 0)
    .sort((a, b) => at(cost, a) - at(cost, b) || a - b);
  if (cheapest === undefined) return false;
  pattern[cheapest] = 1;
  return true;
}
