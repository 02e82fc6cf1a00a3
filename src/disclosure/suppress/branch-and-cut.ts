import type { Basis, Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import { type Demand, NEAR } from './demands.ts';
import { type Mixture, Relaxation } from './relaxation.ts';
import { Separator } from './separator.ts';
import { costOfPattern, type Pattern, type Suppression } from './suppression.ts';

/** A pattern that meets every demand, and what is known of how good it is. */
export interface Found {
  readonly pattern: Pattern;
  readonly cost: number;
  /** No pattern costs less. */
  readonly bound: number;
  readonly proven: boolean;
}

/** How far the proof is. */
export interface Progress {
  readonly bound: number;
  readonly cost: number;
  readonly nodes: number;
  readonly work: number;
}

export interface Help {
  /** Makes a good pattern from prices; the cheaper, the likelier that a column is hidden. */
  readonly route: (price: (column: number) => number) => Pattern;
  readonly observe: (event: Progress) => void;
}

interface Node {
  readonly bound: number;
  readonly depth: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly basis: Basis | undefined;
}

const CUTS_A_ROUND = 60;
const ROUNDS_A_NODE = 12;
const CANDIDATES = 12;

/**
 * The cheapest pattern, and the proof that it is, by branch and cut over Fischetti and Salazar's model: a relaxation
 * whose conditions are found when they are missed, on every node of a tree over columns that are partly hidden. Ends
 * early when `work` is used up: counted in steps of the simplex method, so that every machine ends with the same answer.
 */
export function branchAndCut(
  suppression: Suppression,
  demands: readonly Demand[],
  start: Pattern,
  work: number,
  help: Help,
  solver: Solver,
): Found {
  return new Tree(suppression, demands, start, work, help, solver).grow();
}

class Tree {
  readonly #suppression: Suppression;
  readonly #help: Help;
  readonly #relaxation: Relaxation;
  readonly #separator: Separator;
  readonly #work: number;
  readonly #step: number;
  readonly #variables: readonly number[];
  readonly #gains: { sum: number; count: number }[][];
  #best: Pattern;
  #cost: number;
  #nodes = 0;
  /** What the relaxation came to at the root: good for ever, and better the better the best pattern is. */
  #atRoot: Mixture | undefined;
  /** Whether something was left aside that could have been better. */
  #gaveUp = false;

  constructor(
    suppression: Suppression,
    demands: readonly Demand[],
    start: Pattern,
    work: number,
    help: Help,
    solver: Solver,
  ) {
    const { cost, candidate, given } = suppression;
    // What costs nothing is hidden while the tree grows; it can only help. Cleaning shows it again where it doesn't.
    const free = given.map((each, column) => (each === 1 || (candidate[column] === 1 && cost[column] === 0) ? 1 : 0));
    this.#suppression = suppression;
    this.#help = help;
    this.#work = work;
    this.#relaxation = new Relaxation(cost, candidate, free, costOfPattern(suppression, given), solver);
    this.#separator = new Separator(suppression, free, demands, solver);
    this.#variables = this.#relaxation.variables;
    this.#step = stepOf(this.#variables.map((column) => at(cost, column)));
    this.#gains = this.#variables.map(() => [
      { sum: 0, count: 0 },
      { sum: 0, count: 0 },
    ]);
    this.#best = start;
    this.#cost = costOfPattern(suppression, start);
  }

  grow(): Found {
    using _relaxation = this.#relaxation;
    const root = this.#root();
    if (root === undefined) return this.#found(this.#cost);
    let open: Node[] = [root];
    let next: Node | undefined = root;
    while (next !== undefined) {
      const node: Node = next;
      open = open.filter((each) => each !== node);
      if (this.#isSpent()) return this.#found(Math.min(this.#cost, node.bound, ...open.map(({ bound }) => bound)));
      const children: Node[] = this.#visit(node);
      open.push(...children);
      open = open.filter(({ bound }) => !this.#isHopeless(bound));
      // Deeper as long as it goes, the better child first; then on where the bound is lowest.
      const [first, second] = children.filter((child) => open.includes(child)).sort((a, b) => a.bound - b.bound);
      next = first ?? second ?? open.toSorted((a, b) => a.bound - b.bound || b.depth - a.depth)[0];
    }
    return this.#found(this.#cost);
  }

  #found(bound: number): Found {
    const proven = !this.#gaveUp && this.#isHopeless(bound);
    return { pattern: this.#best, cost: this.#cost, bound: proven ? this.#cost : this.#rounded(bound), proven };
  }

  /** Finds cuts until none is missed, and a good pattern by what the relaxation says. Undefined where that is the end. */
  #root(): Node | undefined {
    for (let round = 0; ; round += 1) {
      const mixture = this.#relaxation.solve();
      if (mixture === undefined || this.#isHopeless(mixture.cost)) return undefined;
      this.#help.observe({ bound: this.#rounded(mixture.cost), cost: this.#cost, nodes: 0, work: this.#spent() });
      const found = this.#isSpent() ? 0 : this.#separate(mixture, CUTS_A_ROUND);
      if (found === 0) {
        this.#tryPrices(mixture);
        if (this.#isHopeless(mixture.cost)) return undefined;
        this.#atRoot = mixture;
        this.#relaxation.settle(mixture, this.#cutoff());
        this.#relaxation.purge(mixture);
        const { lower, upper } = this.#relaxation;
        return { bound: mixture.cost, depth: 0, lower: lower.slice(), upper: upper.slice(), basis: undefined };
      }
      if (round % 25 === 24) this.#relaxation.purge(mixture);
    }
  }

  #tryPrices({ hidden }: Mixture): void {
    const { cost } = this.#suppression;
    // A column that the relaxation hides wholly still has a price, lest everything be hidden that is hidden somewhere.
    this.#consider(this.#help.route((column) => at(cost, column) * (1.01 - at(hidden, column))));
  }

  #consider(pattern: Pattern): void {
    const cost = costOfPattern(this.#suppression, pattern);
    if (cost >= this.#cost - NEAR) return;
    this.#best = pattern;
    this.#cost = cost;
    if (this.#atRoot !== undefined) this.#relaxation.settle(this.#atRoot, this.#cutoff());
  }

  /** The number of cuts found that the mixture misses. */
  #separate({ hidden }: Mixture, most: number): number {
    const bridges = this.#separator.bridges(hidden).filter((cut) => this.#relaxation.add(cut)).length;
    if (bridges > 0) return bridges;
    const attacks = this.#separator.attacks(hidden, most).filter((cut) => this.#relaxation.add(cut)).length;
    if (attacks >= most / 2) return attacks;
    return attacks + this.#separator.supports(hidden, most).filter((cut) => this.#relaxation.add(cut)).length;
  }

  #visit(node: Node): Node[] {
    this.#nodes += 1;
    const lower = node.lower.map((value, variable) => Math.max(value, at(this.#relaxation.lower, variable)));
    const upper = node.upper.map((value, variable) => Math.min(value, at(this.#relaxation.upper, variable)));
    if (lower.some((value, variable) => value > at(upper, variable))) return [];
    this.#relaxation.limit(lower, upper);
    if (node.basis !== undefined) this.#relaxation.setBasis(node.basis);
    let last = node.bound;
    for (let round = 0; ; round += 1) {
      const mixture = this.#relaxation.solve();
      if (mixture === undefined || this.#isHopeless(mixture.cost)) return [];
      this.#help.observe({
        bound: this.#rounded(mixture.cost),
        cost: this.#cost,
        nodes: this.#nodes,
        work: this.#spent(),
      });
      const isWhole = this.#variables.every((column) => Number.isInteger(at(mixture.hidden, column)));
      const slow = round >= ROUNDS_A_NODE && mixture.cost - last < 0.02 * (this.#cost - mixture.cost);
      if (round % 4 === 3) last = mixture.cost;
      const basis = this.#relaxation.basis();
      this.#settleHere(mixture, lower, upper);
      if ((isWhole || !slow) && this.#separate(mixture, CUTS_A_ROUND) > 0) continue;
      if (isWhole) {
        const cut = this.#separator.check(mixture.hidden);
        if (cut === 'meets') this.#consider(Uint8Array.from(mixture.hidden));
        else if (cut !== undefined && this.#relaxation.add(cut)) continue;
        else this.#gaveUp = true;
        return [];
      }
      if (Number.isInteger(Math.log2(this.#nodes)) && this.#nodes > 1) this.#tryPrices(mixture);
      if (this.#isHopeless(mixture.cost)) return [];
      return this.#branch(mixture, node.depth, lower, upper, basis);
    }
  }

  /** Settles, below this node, what no better pattern has otherwise. */
  #settleHere({ cost, reduced }: Mixture, lower: Float64Array, upper: Float64Array): void {
    for (let variable = 0; variable < this.#variables.length; variable += 1) {
      if (at(lower, variable) === at(upper, variable)) continue;
      const rise = at(reduced, variable);
      if (!this.#isHopeless(cost + Math.abs(rise))) continue;
      if (rise > 0) upper[variable] = 0;
      else lower[variable] = 1;
      this.#relaxation.limitOne(variable, at(lower, variable), at(upper, variable));
    }
  }

  /** Two nodes, by the column whose being hidden or not raises the bound most; tried, where too little is known of it. */
  #branch(mixture: Mixture, depth: number, lower: Float64Array, upper: Float64Array, basis: Basis): Node[] {
    const open = [...this.#variables.keys()].filter((variable) => !Number.isInteger(this.#share(mixture, variable)));
    const promise = (variable: number): number => this.#promise(variable, this.#share(mixture, variable));
    const candidates = open.toSorted((a, b) => promise(b) - promise(a) || a - b).slice(0, CANDIDATES);
    let choice = { variable: candidates[0] ?? 0, score: -1, bounds: [mixture.cost, mixture.cost] };
    for (const variable of candidates) {
      const bounds = [0, 1].map((value) => {
        this.#relaxation.limitOne(variable, value, value);
        const tried = this.#relaxation.solve();
        this.#relaxation.limitOne(variable, at(lower, variable), at(upper, variable));
        this.#relaxation.setBasis(basis);
        const cost = tried === undefined ? Number.POSITIVE_INFINITY : tried.cost;
        const gain = this.#gains[variable]?.[value];
        const share = Math.abs(value - this.#share(mixture, variable));
        if (gain !== undefined && Number.isFinite(cost)) {
          gain.sum += (cost - mixture.cost) / share;
          gain.count += 1;
        }
        return cost;
      });
      const [shown = 0, hidden = 0] = bounds.map((bound) => Math.min(bound, this.#cost) - mixture.cost);
      const score = Math.max(shown, 1e-3) * Math.max(hidden, 1e-3);
      if (score > choice.score) choice = { variable, score, bounds };
      if (bounds.every((bound) => this.#isHopeless(bound))) return [];
    }
    return [0, 1].map((value) => {
      const [low, high] = [lower.slice(), upper.slice()];
      low[choice.variable] = value;
      high[choice.variable] = value;
      const bound = Math.max(mixture.cost, choice.bounds[value] ?? 0);
      return { bound, depth: depth + 1, lower: low, upper: high, basis };
    });
  }

  #share({ hidden }: Mixture, variable: number): number {
    return at(hidden, this.#variables[variable] ?? 0);
  }

  /** What is expected of branching on a column: by what it did before, else by its cost. */
  #promise(variable: number, share: number): number {
    const cost = at(this.#suppression.cost, this.#variables[variable] ?? 0);
    const [shown, hidden] = [0, 1].map((value) => {
      const gain = this.#gains[variable]?.[value];
      const rate = gain === undefined || gain.count === 0 ? cost / 2 : gain.sum / gain.count;
      return Math.max(rate * Math.abs(value - share), 1e-3);
    });
    return (shown ?? 0) * (hidden ?? 0);
  }

  #isSpent(): boolean {
    return this.#spent() > this.#work;
  }

  #spent(): number {
    return this.#relaxation.iterations + this.#separator.iterations;
  }

  /** What a pattern that is worth finding costs at most. */
  #cutoff(): number {
    return this.#step > 0 ? this.#cost - this.#step + 1e-4 : this.#cost - NEAR * Math.max(1, this.#cost);
  }

  #isHopeless(bound: number): boolean {
    return bound > this.#cutoff();
  }

  /** Costs come in steps, and so do bounds. */
  #rounded(bound: number): number {
    const base = this.#cost;
    return this.#step > 0 ? base - Math.floor((base - bound) / this.#step + 1e-6) * this.#step : bound;
  }
}

/** The greatest number that every cost is a multiple of; 0 where they are no whole numbers. */
function stepOf(costs: readonly number[]): number {
  return (
    costs.reduce(
      (step, cost) => (Number.isInteger(cost) && !Number.isNaN(step) ? divisor(step, cost) : Number.NaN),
      0,
    ) || 0
  );
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
