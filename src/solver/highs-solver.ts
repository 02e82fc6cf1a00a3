import highsPackage, { type Highs } from 'highs';
import type { Basis, LinearProgram, Outcome, Session, Solution, Solver, WholeSolution } from '../disclosure/solver.ts';
import { rowCount } from '../disclosure/tables/sparse-rows.ts';

/** The package's types describe what `require` gives; to an ES module its default is the loader itself. */
const loadHighs = highsPackage as unknown as typeof highsPackage.default;

const PRIMAL_SIMPLEX = 4;
const DUAL_SIMPLEX = 1;
/** What starting a solve costs beside its iterations, in iterations. */
const STEPS_A_SOLVE = 5;
const SILENT = { output_flag: false, random_seed: 0 } as const;

/** HiGHS, compiled to WebAssembly: one thread, in memory, the same answers on every machine. */
export async function highsSolver(): Promise<Solver> {
  const highs = await loadHighs();
  return {
    name: `HiGHS ${highs.version.string}`,
    open: (program) => openSession(highs, program),
    solveWhole: (program, costs, whole, nodes) => solveWhole(highs, program, costs, whole, nodes),
  };
}

function modelData(program: LinearProgram, costs: Float64Array) {
  const { columns, lower, upper, rows, rowLower, rowUpper } = program;
  return {
    numCols: columns,
    numRows: rowCount(rows),
    colCost: costs,
    colLower: lower,
    colUpper: upper,
    rowLower,
    rowUpper,
    matrix: {
      format: 'csr',
      numRows: rowCount(rows),
      numCols: columns,
      starts: rows.starts,
      indices: rows.columns,
      values: rows.values,
    },
  } as const;
}

function openSession(highs: Highs, program: LinearProgram): Session {
  const model = highs.createModel(modelData(program, new Float64Array(program.columns)));
  // Presolve would throw the basis away that the next solve starts from.
  model.options.set({ ...SILENT, presolve: 'off', solver: 'simplex', simplex_strategy: PRIMAL_SIMPLEX });
  const all = { kind: 'range', from: 0, to: program.columns - 1 } as const;
  let strategy = PRIMAL_SIMPLEX;
  let iterations = 0;
  let rowsNow = rowCount(program.rows);
  const outcomeOf = (status: number): Outcome => {
    const { modelStatus } = highs.constants;
    if (status === modelStatus.optimal) return 'optimal';
    if (status === modelStatus.infeasible) return 'infeasible';
    if (status === modelStatus.unbounded || status === modelStatus.unboundedOrInfeasible) return 'unbounded';
    return 'limit';
  };
  const run = (): Outcome => {
    const { modelStatus } = model.run();
    iterations += STEPS_A_SOLVE + Math.max(0, Number(model.info.get('simplex_iteration_count')));
    return outcomeOf(modelStatus);
  };
  return {
    setCost: (column, cost) => void model.changeColCost(column, cost),
    setCosts: (costs) => {
      if (program.columns > 0) model.changeColsCost(all, costs);
    },
    setBounds: (column, lower, upper) => void model.changeColBounds(column, lower, upper),
    setAllBounds: (lower, upper) => {
      if (program.columns > 0) model.changeColsBounds(all, lower, upper);
    },
    addRow: (lower, upper, indices, values) => {
      model.addRow(lower, upper, { indices, values });
      rowsNow += 1;
    },
    deleteRows: (indices) => {
      model.deleteRows({ kind: 'set', indices });
      rowsNow -= indices.length;
    },
    solve: (by) => {
      const wanted = by === 'primal' ? PRIMAL_SIMPLEX : DUAL_SIMPLEX;
      if (wanted !== strategy) model.options.set('simplex_strategy', wanted);
      strategy = wanted;
      const outcome = run();
      // What was feasible before costs changed still is; where rounding says otherwise, it is asked again from scratch.
      if (outcome !== 'limit' && !(outcome === 'infeasible' && by === 'primal')) return outcome;
      model.clearSolver();
      return run();
    },
    solution: (): Solution => {
      const { colValue, colDual, rowDual } = model.getSolution();
      return { objective: model.getObjectiveValue(), values: colValue, reduced: colDual, duals: rowDual };
    },
    basis: (): Basis => {
      const { colStatus, rowStatus } = model.getBasis();
      return { columns: colStatus, rows: rowStatus };
    },
    setBasis: ({ columns, rows }) => {
      const { basic } = highs.constants.basisStatus;
      const rowStatus = new Int32Array(rowsNow).fill(basic);
      rowStatus.set(rows.subarray(0, rowsNow));
      model.setBasis({ colStatus: columns, rowStatus });
    },
    get iterations() {
      return iterations;
    },
    [Symbol.dispose]: () => model.dispose(),
  };
}

function solveWhole(
  highs: Highs,
  program: LinearProgram,
  costs: Float64Array,
  whole: Uint8Array,
  nodes: number,
): WholeSolution {
  const model = highs.createModel({ ...modelData(program, costs), integrality: Int32Array.from(whole) });
  try {
    model.options.set({ ...SILENT, mip_max_nodes: nodes, mip_rel_gap: 0, mip_abs_gap: 1e-6 });
    const { modelStatus } = model.run();
    const known = highs.constants.modelStatus;
    const outcome =
      modelStatus === known.optimal
        ? 'optimal'
        : modelStatus === known.infeasible
          ? 'infeasible'
          : modelStatus === known.unbounded || modelStatus === known.unboundedOrInfeasible
            ? 'unbounded'
            : 'limit';
    const found = Number(model.info.get('primal_solution_status')) === 2;
    return {
      outcome,
      values: found ? model.getSolution().colValue : undefined,
      objective: found ? model.getObjectiveValue() : Number.POSITIVE_INFINITY,
      bound: outcome === 'infeasible' ? Number.POSITIVE_INFINITY : Number(model.info.get('mip_dual_bound')),
    };
  } finally {
    model.dispose();
  }
}
