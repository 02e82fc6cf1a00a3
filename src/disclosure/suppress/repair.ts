import type { Interval } from '../audit/publication.ts';
import type { Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import { NEAR_COLUMNS, type Surroundings, wholeWay } from './arrange-near-by.ts';
import { type Demand, demandsOf } from './demands.ts';
import { Neighbourhoods } from './neighbourhood.ts';
import type { Need, Pattern, Suppression } from './suppression.ts';

/**
 * Hides more for columns that the auditor finds derivable or too narrow: what linear programming lets move in fractions
 * may not move at all in whole numbers. Each gets a way in whole numbers, which is a proof: everything on it has two
 * values that fit.
 */
export class Repair {
  readonly pattern: Pattern;
  readonly #surroundings: Surroundings;
  readonly #needs: ReadonlyMap<number, Need>;
  /** How far down and up columns are known to move in whole numbers. */
  readonly #moved = new Map<number, readonly [number, number]>();

  constructor(suppression: Suppression, pattern: Pattern, solver: Solver) {
    this.pattern = pattern;
    const neighbourhoods = new Neighbourhoods(suppression.system);
    this.#surroundings = { suppression, neighbourhoods, near: { columns: NEAR_COLUMNS, work: 0 }, solver };
    this.#needs = new Map(suppression.needs.map((need) => [need.column, need]));
  }

  /** Whether an interval reaches as far around the true value as is needed. */
  holds({ column, lower, upper }: Interval): boolean {
    const need = this.#needs.get(column);
    if (need === undefined) return true;
    const value = at(this.#surroundings.suppression.values, column);
    const near = 1e-6 * Math.max(1, Math.abs(value));
    return (
      lower <= value - need.below + near && upper >= value + need.above - near && upper - lower >= need.width - near
    );
  }

  /** The interval with the values that ways have shown to be possible. */
  known(interval: Interval): Interval {
    const moved = this.#moved.get(interval.column);
    if (moved === undefined) return interval;
    const value = at(this.#surroundings.suppression.values, interval.column);
    return {
      ...interval,
      possibleLower: Math.min(interval.possibleLower, value + moved[0]),
      possibleUpper: Math.max(interval.possibleUpper, value + moved[1]),
    };
  }

  /** The columns hidden for this one, none where it turns out to move as it is; undefined where nothing helps. */
  hideFor(column: number): readonly number[] | undefined {
    const { suppression } = this.#surroundings;
    const need = this.#needs.get(column);
    const demands: readonly Demand[] = need === undefined ? [{ column, sign: 0, amount: 1 }] : demandsOf([need]);
    const found = suppression.system.integral ? demands.map((demand) => this.#hideWay(demand)) : [undefined];
    const anew = found.flatMap((each) => each ?? []);
    if (!found.includes(undefined)) return anew;
    const beside = this.#hideBeside(column);
    return beside === undefined && anew.length === 0 ? undefined : [...anew, ...(beside ?? [])];
  }

  #hideWay({ column, sign, amount }: Demand): number[] | undefined {
    const by = Math.ceil(amount);
    for (const each of sign === 0 ? ([1, -1] as const) : ([sign] as const)) {
      const way = wholeWay(column, each * by, this.pattern, this.#surroundings);
      if (way === undefined) continue;
      const anew: number[] = [];
      for (const [place, other] of way.columns.entries()) {
        const [low, high] = this.#moved.get(other) ?? [0, 0];
        const amountOfOther = at(way.amounts, place);
        this.#moved.set(other, [Math.min(low, amountOfOther), Math.max(high, amountOfOther)]);
        if (this.pattern[other] === 1) continue;
        this.pattern[other] = 1;
        anew.push(other);
      }
      return anew;
    }
    return undefined;
  }

  /** Hides the cheapest column that shares a relation with this one. */
  #hideBeside(column: number): number[] | undefined {
    const { suppression, neighbourhoods } = this.#surroundings;
    const { candidate, cost } = suppression;
    const [cheapest] = [...neighbourhoods.around([column], 2)]
      .filter((each) => candidate[each] === 1 && this.pattern[each] === 0)
      .sort((a, b) => at(cost, a) - at(cost, b) || a - b);
    if (cheapest === undefined) return undefined;
    this.pattern[cheapest] = 1;
    return [cheapest];
  }
}
