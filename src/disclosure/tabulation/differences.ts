import type { Cell, Cells } from './linked-cells.ts';
import { isWithin, type Scope } from './scope.ts';

/** A population with its terms, and the codes of its categories by dimension, in their order. */
export interface KnownPopulation {
  readonly scope: Scope;
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

/** A count of a population, and the same count of one that contains it: what is between them counts somebody as well. */
export interface Difference {
  readonly inner: number;
  readonly outer: number;
}

/**
 * Pairs of the same count over populations of which one contains the other: with a condition more, a shorter period, or
 * (with `versions`) an earlier version of the data. Dimensions are the same where their meaning and the codes of their categories are.
 */
export function differencesOf(
  cells: Cells,
  populations: ReadonlyMap<string, KnownPopulation>,
  isLater: (population: string) => boolean,
  versions: boolean,
): Difference[] {
  const found: Difference[] = [];
  for (const [innerId, inner] of populations) {
    for (const [outerId, outer] of populations) {
      if (innerId === outerId || !isWithin(inner.scope, outer.scope)) continue;
      // A later version of the same is taken to have more: what an earlier one had, and what was added since.
      const sameTerms = isWithin(outer.scope, inner.scope);
      if (sameTerms && (!versions || isLater(innerId) || !isLater(outerId))) continue;
      const known = new Map<string, number>();
      for (const [column, cell] of cells.list.entries()) {
        if (cell.population === outerId) known.set(keyOf(cell, outer, inner), column);
      }
      for (const [column, cell] of cells.list.entries()) {
        const whole = cell.population === innerId ? known.get(keyOf(cell, inner, inner)) : undefined;
        if (whole !== undefined) found.push({ inner: column, outer: whole });
      }
    }
  }
  return found;
}

/** A cell by the codes that it counts, of those that the inner population has. */
function keyOf({ kind, at }: Cell, own: KnownPopulation, inner: KnownPopulation): string {
  const parts = [...at].flatMap(([meaning, set]) => {
    const innerCodes = new Set(inner.codes[meaning] ?? []);
    const codes = set.map((index) => own.codes[meaning]?.[index] ?? '').filter((code) => innerCodes.has(code));
    // All that the inner one has is its total.
    return codes.length === innerCodes.size ? [] : [[meaning, codes.sort()]];
  });
  return JSON.stringify([kind, parts]);
}
