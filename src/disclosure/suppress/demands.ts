import type { Need } from './suppression.ts';

/** That a column can move by an amount: up (`sign` 1), down (-1), or both together (0). */
export interface Demand {
  readonly column: number;
  readonly sign: 1 | -1 | 0;
  readonly amount: number;
}

export const NEAR = 1e-6;

export function demandsOf(needs: readonly Need[]): Demand[] {
  return needs.flatMap(({ column, below, above, width }): Demand[] => [
    ...(above > 0 ? [{ column, sign: 1, amount: above } as const] : []),
    ...(below > 0 ? [{ column, sign: -1, amount: below } as const] : []),
    ...(width > above + below ? [{ column, sign: 0, amount: width } as const] : []),
  ]);
}
