import { audit, isExact } from './audit/audit.ts';
import { THOROUGH, type Thoroughness } from './audit/extremes.ts';
import type { Interval } from './audit/publication.ts';
import type { Instance } from './instance/instance.ts';
import { publicationOf } from './published-pattern.ts';
import type { Solver } from './solver.ts';
import { arranged, cleaned, Unprotectable } from './suppress/arrange.ts';
import { arrangedNearBy, NEAR_COLUMNS } from './suppress/arrange-near-by.ts';
import { branchAndCut, type Progress } from './suppress/branch-and-cut.ts';
import { type Demand, demandsOf } from './suppress/demands.ts';
import { Repair } from './suppress/repair.ts';
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
  /**
   * Looks for ways to hide a cell only among about so many columns near it. Very large systems are searched so in any
   * case; smaller ones where this is given.
   */
  readonly nearBy?: number;
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
/** Beyond this many columns proofs are out of reach, and programs of the whole take longer than they help. */
const MOST_TO_SEARCH_WHOLE = 4_000;
const REPAIRS = 40;

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
  const found = search(suppression, demandsOf(suppression.needs), terms, solver, observe);
  const { pattern, intervals } = repaired(instance, suppression, found, solver);
  const cost = costOfPattern(suppression, pattern);
  return { ...found, pattern, cost, proven: found.proven && cost <= found.cost + 1e-9, intervals };
}

/** The pattern, and more where the auditor finds a need that is not met; with what it says of the whole in the end. */
function repaired(
  instance: Instance,
  suppression: Suppression,
  found: Pick<Protected, 'pattern' | 'method'>,
  solver: Solver,
): Pick<Protected, 'pattern' | 'intervals'> {
  const repair = new Repair(suppression, found.pattern.slice(), solver);
  const { pattern } = repair;
  const look = (targets: readonly number[], depth: Thoroughness['depth']): Interval[] =>
    audit(publicationOf(instance, pattern), targets, solver, { ...THOROUGH, depth }).map((each) => repair.known(each));
  // Of very large systems all ends are found once, after what can be derived exactly is repaired.
  const isLarge = found.method === 'routes near by';
  for (let depth: Thoroughness['depth'] = isLarge ? 'exactness' : 'ends'; ; depth = 'ends') {
    const intervals = new Map(look(hiddenColumns(instance, pattern), depth).map((each) => [each.column, each]));
    const isOpen = (interval: Interval): boolean => isExact(interval) || (depth === 'ends' && !repair.holds(interval));
    let open = [...intervals.values()].filter(isOpen);
    let isSame = true;
    // The more is hidden, the wider are all intervals: only those that were open, and what is hidden anew, are looked at.
    for (let round = 0; open.length > 0; round += 1) {
      const results = open.map(({ column }) => repair.hideFor(column));
      const anew = results.flatMap((each) => each ?? []);
      if (anew.length > 0) isSame = false;
      if (round >= REPAIRS || results.every((each) => each === undefined)) {
        throw new Unprotectable(open.map(({ column }) => ({ column, sign: 0, amount: 0 })));
      }
      const again = look([...new Set([...open.map(({ column }) => column), ...anew])], depth);
      for (const each of again) intervals.set(each.column, each);
      open = again.filter(isOpen);
    }
    if (depth === 'ends' && isSame)
      return { pattern, intervals: [...intervals.values()].map((each) => repair.known(each)) };
    // What held before holds the more when more is hidden: of very large systems it is looked at again, and not repaired.
    if (depth === 'ends' && isLarge) {
      const last = look(hiddenColumns(instance, pattern), depth);
      return { pattern, intervals: last.map((each) => possibleBefore(each, intervals.get(each.column))) };
    }
  }
}

/** What was possible while less was hidden is possible still. */
function possibleBefore(now: Interval, before: Interval = now): Interval {
  return {
    ...now,
    possibleLower: Math.min(now.possibleLower, before.possibleLower),
    possibleUpper: Math.max(now.possibleUpper, before.possibleUpper),
  };
}

function search(
  suppression: Suppression,
  demands: readonly Demand[],
  { effort, nearBy }: ProtectionTerms,
  solver: Solver,
  observe: (progress: Progress) => void,
): Omit<Protected, 'intervals'> {
  const { cost, system } = suppression;
  if (nearBy !== undefined || system.columns > MOST_TO_SEARCH_WHOLE) {
    const near = { columns: nearBy ?? NEAR_COLUMNS, work: STEPS };
    return unproven(suppression, arrangedNearBy(suppression, demands, near, solver), 'routes near by');
  }
  const route = (price: (column: number) => number): Pattern => {
    const pattern = arranged(suppression, demands, price, solver);
    return cleaned(suppression, demands, pattern, stepsFor(suppression, 1), solver) ?? pattern;
  };
  // Nothing to protect; or nothing that could be hidden besides, which `cleaned` finds enough or not.
  const isSettled = demands.length === 0 || !suppression.candidate.includes(1);
  const ownPrice = (column: number): number => at(cost, column);
  if (isSettled || effort <= 0) return unproven(suppression, route(ownPrice), 'routes');
  const start = arranged(suppression, demands, ownPrice, solver);
  const { bound, ...found } = branchAndCut(
    suppression,
    demands,
    start,
    stepsFor(suppression, effort),
    { route, observe },
    solver,
  );
  const pattern = cleaned(suppression, demands, found.pattern, stepsFor(suppression, 1), solver);
  if (pattern === undefined) throw new Error('a pattern that was found does not meet its demands');
  return { ...found, pattern, lowerBound: bound, method: 'branch-and-cut' };
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
