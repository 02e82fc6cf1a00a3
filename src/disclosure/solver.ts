import type { SparseRows } from './tables/sparse-rows.ts';

/** A linear program: `rowLower <= rows * x <= rowUpper`, `lower <= x <= upper`; its objective is set by who solves it. */
export interface LinearProgram {
  readonly columns: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: SparseRows;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
}

export type Outcome = 'optimal' | 'infeasible' | 'unbounded' | 'limit';

export interface Solution {
  readonly objective: number;
  readonly values: Float64Array;
  /** Reduced costs of the columns, in terms of the minimisation. */
  readonly reduced: Float64Array;
  /** Multipliers of the rows, in terms of the minimisation. */
  readonly duals: Float64Array;
}

/** A program kept open and solved again and again, each time from where the last solution was. Always minimises. */
export interface Session extends Disposable {
  setCost(column: number, cost: number): void;
  setCosts(costs: Float64Array): void;
  setBounds(column: number, lower: number, upper: number): void;
  setAllBounds(lower: Float64Array, upper: Float64Array): void;
  addRow(lower: number, upper: number, columns: Int32Array, values: Float64Array): void;
  /** Rows as numbered now, in their order; those after them move up. */
  deleteRows(rows: Int32Array): void;
  /** 'primal' after a change of costs, 'dual' after a change of bounds or rows. */
  solve(by: 'primal' | 'dual'): Outcome;
  /** Of the last solve, where that was optimal; to be read before anything is changed. */
  solution(): Solution;
  basis(): Basis;
  /** Starts the next solve from there. Rows added since are as if they had just been added. */
  setBasis(basis: Basis): void;
  /** How much was worked so far: the same on every machine, unlike time. */
  readonly iterations: number;
}

/** Where the simplex method stood. */
export interface Basis {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

export interface WholeSolution {
  readonly outcome: Outcome;
  /** The best found; undefined where none was. */
  readonly values: Float64Array | undefined;
  readonly objective: number;
  /** No solution costs less. */
  readonly bound: number;
}

/** Linear programming, for the suppressor and the auditor alike. The same calls give the same answers. */
export interface Solver {
  readonly name: string;
  open(program: LinearProgram): Session;
  /** The cheapest solution in which the columns that `whole` marks are whole numbers; gives up after `nodes` nodes. */
  solveWhole(program: LinearProgram, costs: Float64Array, whole: Uint8Array, nodes: number): WholeSolution;
}
