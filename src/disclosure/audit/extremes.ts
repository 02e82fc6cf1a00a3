import type { Outcome, Session, Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import type { Component } from './components.ts';
import { nearness } from './tighten.ts';

/** The ends of one column of a component. */
export interface Extremes {
  readonly lower: number;
  readonly upper: number;
  /** Of counts: whether whole numbers reach both ends. Of other values: always. */
  readonly attained: boolean;
}

/** Intervals up to this width are settled in whole numbers; wider ones are safe whatever the last digit. */
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
  const end = (column: number, sign: 1 | -1): { value: number; attained: boolean } => {
    const known = sign === 1 ? at(lower, column) : at(upper, column);
    if (seen.reaches(column, sign, known)) return { value: known, attained: true };
    session.setCost(column, sign);
    const solution = outcomeOf(session, 'primal') === 'unbounded' ? undefined : session.solution();
    session.setCost(column, 0);
    if (solution === undefined) return { value: sign * Number.NEGATIVE_INFINITY, attained: true };
    const { objective, values } = solution;
    const whole = seen.note(values);
    const value = snap(sign * objective, values);
    if (!integral) return { value, attained: true };
    const inward = sign === 1 ? Math.ceil(value - 1e-6) : Math.floor(value + 1e-6);
    return { value: inward, attained: (whole && inward === value) || seen.reaches(column, sign, inward) };
  };
  for (const column of targets) {
    let low = end(column, 1);
    let high = end(column, -1);
    if (integral && !(low.attained && high.attained) && high.value - low.value <= NARROW) {
      if (!low.attained) low = settle(column, 1, low.value, component, solver, seen);
      if (!high.attained) high = settle(column, -1, high.value, component, solver, seen);
    }
    found.set(column, { lower: low.value, upper: high.value, attained: low.attained && high.attained });
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

  /** Returns whether the solution is one in whole numbers. */
  note(values: Float64Array): boolean {
    const whole = values.every((value) => Math.abs(value - Math.round(value)) <= 1e-6);
    if (this.#integral && !whole) return false;
    for (let column = 0; column < values.length; column += 1) {
      const value = at(values, column);
      if (value < at(this.#least, column)) this.#least[column] = value;
      if (value > at(this.#most, column)) this.#most[column] = value;
    }
    return whole;
  }

  reaches(column: number, sign: 1 | -1, end: number): boolean {
    const near = 1e-6 * Math.max(1, Math.abs(end));
    return sign === 1 ? at(this.#least, column) <= end + near : at(this.#most, column) >= end - near;
  }
}

function outcomeOf(session: Session, by: 'primal' | 'dual'): Exclude<Outcome, 'limit'> {
  const outcome = session.solve(by);
  // An auditor that does not know lets nothing pass.
  if (outcome === 'limit') throw new Error('the solver gave up on a linear program');
  return outcome;
}

/** An end in whole numbers, by branching; where that is too long, the end that is known stays, unattained. */
function settle(
  column: number,
  sign: 1 | -1,
  known: number,
  component: Component,
  solver: Solver,
  seen: Seen,
): { value: number; attained: boolean } {
  const { columns, lower, upper, rows, totals } = component;
  const costs = new Float64Array(columns.length);
  costs[column] = sign;
  const program = { columns: columns.length, lower, upper, rows, rowLower: totals, rowUpper: totals };
  const result = solver.solveWhole(program, costs, new Uint8Array(columns.length).fill(1), NODES);
  if (result.values !== undefined) seen.note(result.values);
  if (result.outcome === 'optimal') return { value: Math.round(sign * result.objective), attained: true };
  return { value: known, attained: false };
}

/** The optimum without the noise of the solver. */
function snap(value: number, values: Float64Array): number {
  const size = values.reduce((most, each) => Math.max(most, Math.abs(each)), Math.abs(value));
  const whole = Math.round(value);
  if (Math.abs(value - whole) <= 1e-6 + nearness(size) * 100) return whole;
  return Number(value.toPrecision(9));
}
