import type { Outcome, Session, Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import type { Component } from './components.ts';
import { Contradiction } from './contradiction.ts';
import type { Interval } from './publication.ts';
import { nearness } from './tighten.ts';

/** The ends of one column of a component. */
export type Extremes = Omit<Interval, 'column'>;

/** Intervals up to this width are settled in whole numbers; of wider ones the last digit matters little. */
const NARROW = 2;
const NODES = 2_000;

/**
 * The least and the most that each target column can be, over everything that satisfies the component. Each solution
 * that is found on the way shows values that are possible for all columns; where one of them already reaches an end
 * that is known, nothing needs to be solved. Undefined where nothing satisfies it.
 */
export function extremes(
  component: Component,
  targets: readonly number[],
  integral: boolean,
  solver: Solver,
): Map<number, Extremes> | undefined {
  const { columns, lower, upper, rows, totals } = component;
  const program = { columns: columns.length, lower, upper, rows, rowLower: totals, rowUpper: totals };
  using session = solver.open(program);
  const seen = new Seen(columns.length, integral);
  if (outcomeOf(session, 'dual') === 'infeasible') return undefined;
  seen.note(session.solution().values);
  const found = new Map<number, Extremes>();
  const end = (column: number, sign: 1 | -1): number => {
    const known = sign === 1 ? at(lower, column) : at(upper, column);
    if (seen.reaches(column, sign, known)) return known;
    session.setCost(column, sign);
    const solution = outcomeOf(session, 'primal') === 'unbounded' ? undefined : session.solution();
    session.setCost(column, 0);
    if (solution === undefined) {
      seen.noteEndless(column, sign);
      return sign * Number.NEGATIVE_INFINITY;
    }
    seen.note(solution.values);
    const value = snap(sign * solution.objective, solution.values);
    if (!integral) return value;
    return sign === 1 ? Math.ceil(value - 1e-6) : Math.floor(value + 1e-6);
  };
  for (const column of targets) {
    let low = end(column, 1);
    let high = end(column, -1);
    if (integral && (high - low <= NARROW || !seen.differs(column))) {
      if (!seen.reaches(column, 1, low)) low = settled(column, 1, low, component, solver, seen);
      if (!seen.reaches(column, -1, high)) high = settled(column, -1, high, component, solver, seen);
    }
    found.set(column, { lower: low, upper: high, ...seen.between(column, low, high) });
  }
  return found;
}

/** The values that solutions have shown to be possible; of counts, only those in whole numbers. */
class Seen {
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  readonly #integral: boolean;

  constructor(columns: number, integral: boolean) {
    this.#least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.#most = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    this.#integral = integral;
  }

  note(values: Float64Array): void {
    if (this.#integral && !values.every((value) => Math.abs(value - Math.round(value)) <= 1e-6)) return;
    for (let column = 0; column < values.length; column += 1) {
      const value = at(values, column);
      if (value < at(this.#least, column)) this.#least[column] = value;
      if (value > at(this.#most, column)) this.#most[column] = value;
    }
  }

  noteEndless(column: number, sign: 1 | -1): void {
    if (sign === 1) this.#least[column] = Number.NEGATIVE_INFINITY;
    else this.#most[column] = Number.POSITIVE_INFINITY;
  }

  reaches(column: number, sign: 1 | -1, end: number): boolean {
    const near = 1e-6 * Math.max(1, Math.abs(end));
    return sign === 1 ? at(this.#least, column) <= end + near : at(this.#most, column) >= end - near;
  }

  differs(column: number): boolean {
    return at(this.#most, column) > at(this.#least, column);
  }

  /** What was seen of a column, without the noise of the solver: an end that was reached is that end. */
  between(column: number, low: number, high: number): { possibleLower: number; possibleUpper: number } {
    const clean = (value: number): number => (this.#integral ? Math.round(value) : value);
    return {
      possibleLower: this.reaches(column, 1, low) ? low : clean(at(this.#least, column)),
      possibleUpper: this.reaches(column, -1, high) ? high : clean(at(this.#most, column)),
    };
  }
}

function outcomeOf(session: Session, by: 'primal' | 'dual'): Exclude<Outcome, 'limit'> {
  const outcome = session.solve(by);
  // An auditor that does not know lets nothing pass.
  if (outcome === 'limit') throw new Error('the solver gave up on a linear program');
  return outcome;
}

/** An end in whole numbers, by branching; where that takes too long, the end that is known stays. */
function settled(
  column: number,
  sign: 1 | -1,
  known: number,
  component: Component,
  solver: Solver,
  seen: Seen,
): number {
  const { columns, lower, upper, rows, totals } = component;
  const costs = new Float64Array(columns.length);
  costs[column] = sign;
  const program = { columns: columns.length, lower, upper, rows, rowLower: totals, rowUpper: totals };
  const result = solver.solveWhole(program, costs, new Uint8Array(columns.length).fill(1), NODES);
  if (result.values !== undefined) seen.note(result.values);
  if (result.outcome === 'infeasible') throw new Contradiction();
  return result.outcome === 'optimal' ? Math.round(sign * result.objective) : known;
}

/** The optimum without the noise of the solver. */
function snap(value: number, values: Float64Array): number {
  const size = values.reduce((most, each) => Math.max(most, Math.abs(each)), Math.abs(value));
  const whole = Math.round(value);
  if (Math.abs(value - whole) <= 1e-6 + nearness(size) * 100) return whole;
  return Number(value.toPrecision(9));
}
