import type { Outcome, Session, Solver } from '../solver.ts';
import { at, type SparseRows, transposed } from '../tables/sparse-rows.ts';
import { Block } from './block.ts';
import type { Component } from './components.ts';
import { Contradiction } from './contradiction.ts';
import type { Interval } from './publication.ts';
import { nearness } from './tighten.ts';

/** The ends of one column of a component. */
export type Extremes = Omit<Interval, 'column'>;

/** How an audit goes about it. */
export interface Thoroughness {
  /** What is asked: the ends of each column, or only whether it has more than one value. */
  readonly depth: 'ends' | 'exactness';
  /** Components of more columns are looked at in blocks of so many first. */
  readonly block: number;
  /** Steps of the solver, times columns, for the ends that blocks leave open in one component. */
  readonly work: number;
}

/** Every end, as long as a component takes no more than about a minute beyond its blocks. */
export const THOROUGH: Thoroughness = { depth: 'ends', block: 600, work: 1_000_000_000 };

/** Intervals up to this width are settled in whole numbers; of wider ones the last digit matters little. */
const NARROW = 2;
const NODES = 2_000;
/** The part of a block, in the middle, that has its ends found in it. */
const INNER = 1 / 3;
const WIDER = 4;
/** Beyond this many columns branching over the whole component takes too long for one end. */
const MOST_TO_BRANCH = 3_000;

/**
 * The least and the most that each target column can be, over everything that satisfies the component. Each solution
 * that is found on the way shows values that are possible for all columns; where one of them already reaches an end
 * that is known, nothing needs to be solved. In components so large that the solver's work runs out, ends that were not
 * found are such that the truth lies within all the same. Undefined where nothing satisfies the component.
 */
export function extremes(
  component: Component,
  targets: readonly number[],
  integral: boolean,
  { depth, block, work }: Thoroughness,
  solver: Solver,
): Map<number, Extremes> | undefined {
  const { columns, lower, upper, rows, totals } = component;
  const program = { columns: columns.length, lower, upper, rows, rowLower: totals, rowUpper: totals };
  using session = solver.open(program);
  const seen = new Seen(columns.length, integral);
  if (outcomeOf(session, 'dual') === 'infeasible') return undefined;
  seen.note(session.solution().values);
  const known = { lower: lower.slice(), upper: upper.slice() };
  const narrowed = { ...component, ...known };
  if (columns.length > block) {
    if (seen.table === undefined) noteWholeTable(component, solver, seen);
    if (seen.table !== undefined) {
      const byColumn = transposed(rows, columns.length);
      lookInBlocks(
        { component: narrowed, byColumn, table: seen.table, integral, depth, size: block, solver, seen },
        targets,
      );
    }
  }
  const found = new Map<number, Extremes>();
  const end = (column: number, sign: 1 | -1): number => {
    const before = sign === 1 ? at(known.lower, column) : at(known.upper, column);
    if (seen.reaches(column, sign, before) || session.iterations * columns.length > work) return before;
    session.setCost(column, sign);
    const solution = outcomeOf(session, 'primal') === 'unbounded' ? undefined : session.solution();
    session.setCost(column, 0);
    if (solution === undefined) {
      seen.noteEndless(column, sign);
      return sign * Number.NEGATIVE_INFINITY;
    }
    seen.note(solution.values);
    return rounded(snap(sign * solution.objective, solution.values), sign, integral);
  };
  for (const column of targets) {
    if (depth === 'exactness' && seen.differs(column)) {
      const [low, high] = [at(lower, column), at(upper, column)];
      found.set(column, { lower: low, upper: high, ...seen.between(column, low, high) });
      continue;
    }
    let low = end(column, 1);
    let high = end(column, -1);
    if (integral && columns.length <= MOST_TO_BRANCH && (high - low <= NARROW || !seen.differs(column))) {
      if (!seen.reaches(column, 1, low)) low = settled(column, 1, low, component, solver, seen);
      if (!seen.reaches(column, -1, high)) high = settled(column, -1, high, component, solver, seen);
    }
    found.set(column, { lower: low, upper: high, ...seen.between(column, low, high) });
  }
  return found;
}

interface Look {
  readonly component: Component;
  readonly byColumn: SparseRows;
  readonly table: Float64Array;
  readonly integral: boolean;
  readonly depth: Thoroughness['depth'];
  readonly size: number;
  readonly solver: Solver;
  readonly seen: Seen;
}

/** Brings the bounds of targets nearer, and shows more values to be possible, block by block. */
function lookInBlocks(look: Look, targets: readonly number[]): void {
  const { component, byColumn, table, integral, depth, size, solver, seen } = look;
  const { lower, upper, rows } = component;
  const isOpen = new Set(targets);
  const isSettled = (column: number): boolean => depth === 'exactness' && seen.differs(column);
  const stubborn: number[] = [];
  for (const target of targets) {
    if (!isOpen.has(target) || isSettled(target)) continue;
    const near = columnsAround(target, size, rows, byColumn);
    using block = new Block(component, byColumn, near, table, solver);
    for (const column of near.slice(0, Math.max(1, size * INNER))) {
      if (!isOpen.delete(column) || isSettled(column)) continue;
      for (const sign of [1, -1] as const) lookAt(column, sign, block, look);
      if (integral && !seen.differs(column)) stubborn.push(column);
      else if (integral && depth === 'ends' && at(upper, column) - at(lower, column) <= NARROW) {
        lookInWholeNumbers(column, block, look);
      }
    }
  }
  for (const target of stubborn) {
    if (seen.differs(target)) continue;
    using wide = new Block(component, byColumn, columnsAround(target, WIDER * size, rows, byColumn), table, solver);
    for (const sign of [1, -1] as const) if (!seen.differs(target)) lookAt(target, sign, wide, look);
    if (seen.differs(target)) continue;
    using close = new Block(component, byColumn, columnsAround(target, size / WIDER, rows, byColumn), table, solver);
    lookInWholeNumbers(target, close, look);
  }
}

function lookAt(column: number, sign: 1 | -1, block: Block, { component, table, integral, depth, seen }: Look): void {
  const bounds = sign === 1 ? component.lower : component.upper;
  if (seen.reaches(column, sign, at(bounds, column))) return;
  const moves = block.within(column, sign);
  if (moves !== undefined) seen.noteSome(block.columns, moves, table);
  if (depth === 'exactness' || seen.reaches(column, sign, at(bounds, column))) return;
  const furthest = at(table, column) - sign * block.beyond(column, sign);
  const nearer = Number.isFinite(furthest) ? rounded(snap(furthest, table), sign, integral) : furthest;
  bounds[column] = sign === 1 ? Math.max(at(bounds, column), nearer) : Math.min(at(bounds, column), nearer);
}

function lookInWholeNumbers(column: number, block: Block, { component, table, seen }: Look): void {
  for (const sign of [1, -1] as const) {
    if (seen.reaches(column, sign, at(sign === 1 ? component.lower : component.upper, column))) continue;
    const moves = block.withinWhole(column, sign);
    if (moves !== undefined) seen.noteSome(block.columns, moves, table);
  }
}

/** The column itself, those that share a row with it, and so on, until there are enough. */
function columnsAround(start: number, size: number, rows: SparseRows, byColumn: SparseRows): number[] {
  const found = [start];
  const has = new Set(found);
  const seen = new Set<number>();
  for (let next = 0; next < found.length && found.length < size; next += 1) {
    const column = found[next] ?? start;
    for (let k = at(byColumn.starts, column); k < at(byColumn.starts, column + 1); k += 1) {
      const row = at(byColumn.columns, k);
      if (seen.has(row)) continue;
      seen.add(row);
      for (let m = at(rows.starts, row); m < at(rows.starts, row + 1); m += 1) {
        const other = at(rows.columns, m);
        if (has.has(other)) continue;
        has.add(other);
        found.push(other);
      }
    }
  }
  return found;
}

/** A table of whole numbers that satisfies the component, if one is found. */
function noteWholeTable({ columns, lower, upper, rows, totals }: Component, solver: Solver, seen: Seen): void {
  const program = { columns: columns.length, lower, upper, rows, rowLower: totals, rowUpper: totals };
  const nothing = new Float64Array(columns.length);
  const { values } = solver.solveWhole(program, nothing, new Uint8Array(columns.length).fill(1), NODES);
  if (values !== undefined) seen.note(values);
}

/** The end in whole numbers that lies nearest within. */
function rounded(value: number, sign: 1 | -1, integral: boolean): number {
  if (!integral) return value;
  return sign === 1 ? Math.ceil(value - 1e-6) : Math.floor(value + 1e-6);
}

/** The values that solutions have shown to be possible; of counts, only those in whole numbers. */
class Seen {
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  readonly #integral: boolean;
  #table: Float64Array | undefined;

  constructor(columns: number, integral: boolean) {
    this.#least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    this.#most = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    this.#integral = integral;
  }

  /** The first of them. */
  get table(): Float64Array | undefined {
    return this.#table;
  }

  note(values: Float64Array): void {
    if (this.#integral && !values.every(isWhole)) return;
    this.#table ??= this.#integral ? values.map(Math.round) : values.slice();
    for (let column = 0; column < values.length; column += 1) {
      const value = at(values, column);
      if (value < at(this.#least, column)) this.#least[column] = value;
      if (value > at(this.#most, column)) this.#most[column] = value;
    }
  }

  /** A table that differs from a known one in these columns. */
  noteSome(columns: readonly number[], moves: Float64Array, table: Float64Array): void {
    if (this.#integral && !moves.every(isWhole)) return;
    for (const [place, column] of columns.entries()) {
      const value = at(table, column) + at(moves, place);
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

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= 1e-6;
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
