import type { Solver } from '../../../../src/disclosure/solver.ts';
import { highsSolver } from '../../../../src/solver/highs-solver.ts';

let solver: Promise<Solver> | undefined;

/** The real solver, loaded once a file. */
export function theSolver(): Promise<Solver> {
  solver ??= highsSolver();
  return solver;
}
