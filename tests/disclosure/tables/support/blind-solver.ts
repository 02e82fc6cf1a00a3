import type { Session, Solver } from '../../../../src/disclosure/solver.ts';

/** A solver that knows every end and never shows a table of whole numbers, as happens with programs that are too hard. */
export function blind(solver: Solver): Solver {
  return {
    name: 'blind',
    open: (program) => {
      const session = solver.open(program);
      const solution = (): ReturnType<Session['solution']> => {
        const { values, ...rest } = session.solution();
        return { ...rest, values: values.map((value) => value + 0.25) };
      };
      return new Proxy(session, {
        get: (target, key) => {
          if (key === 'solution') return solution;
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
    solveWhole: () => ({
      outcome: 'limit',
      values: undefined,
      objective: Number.POSITIVE_INFINITY,
      bound: Number.NEGATIVE_INFINITY,
    }),
  };
}
