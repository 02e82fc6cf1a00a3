import type { Solver } from '../solver.ts';
import { at, rowCount } from '../tables/sparse-rows.ts';
import { Attacker } from './attacker.ts';
import { type Cut, cutOfDemand, cutOfSupport, misses } from './cut.ts';
import { type Demand, NEAR, shows } from './demands.ts';
import type { Suppression } from './suppression.ts';

/** A hidden share below this is not worth an attack of its own. */
const WORTH = 0.02;

/** Finds cuts that a mixture of patterns misses. */
export class Separator implements Disposable {
  readonly #suppression: Suppression;
  readonly #given: Uint8Array;
  readonly #attacker: Attacker;
  readonly #demands: readonly Demand[];
  readonly #witnesses = new Map<Demand, Float64Array>();
  /** Demands that were not met lately are tried first. */
  #order: Demand[];

  constructor(suppression: Suppression, given: Uint8Array, demands: readonly Demand[], solver: Solver) {
    this.#suppression = suppression;
    this.#given = given;
    this.#demands = demands;
    this.#order = [...demands];
    this.#attacker = new Attacker(suppression, solver);
  }

  get iterations(): number {
    return this.#attacker.iterations;
  }

  /** Cuts from single relations: a hidden column needs another beside it in each. They cost nothing to find. */
  bridges(hidden: Float64Array): Cut[] {
    const { relations } = this.#suppression.system;
    const needy = new Set(this.#demands.map(({ column }) => column));
    const cuts: Cut[] = [];
    for (let row = 0; row < rowCount(relations); row += 1) {
      const columns = relations.columns.subarray(at(relations.starts, row), at(relations.starts, row + 1));
      let sum = 0;
      let givens = 0;
      for (const column of columns) {
        sum += at(hidden, column);
        givens += at(this.#given, column);
      }
      if (givens > 1) continue;
      for (const column of columns) {
        const own = at(hidden, column);
        if (own <= sum - own + NEAR) continue;
        if (at(this.#given, column) === 1) {
          if (!needy.has(column)) continue;
          const others = columns.filter((other) => other !== column);
          cuts.push({ columns: others, values: new Float64Array(others.length).fill(1), least: 1 });
        } else if (givens === 0) {
          const values = Float64Array.from(columns, (other) => (other === column ? -1 : 1));
          cuts.push({ columns, values, least: 0 });
        }
      }
    }
    return cuts;
  }

  /**
   * Cuts from attacks on a mixture: every column has its room times its hidden share. What is asked of a column is all
   * the room that others are given, as more would not help it in tables, and hides how little a share is worth.
   */
  attacks(hidden: Float64Array, most: number): Cut[] {
    const cuts: Cut[] = [];
    const missed: Demand[] = [];
    const others: Demand[] = [];
    let amount = Number.NaN;
    const sorted = this.#order.toSorted((a, b) => b.amount - a.amount);
    for (const demand of sorted) {
      if (cuts.length >= most || this.#isWitnessed(demand, hidden)) {
        others.push(demand);
        continue;
      }
      if (demand.amount !== amount) {
        amount = demand.amount;
        this.#allow(hidden, amount);
      }
      const cut = this.#attack(demand, hidden);
      if (cut === undefined) others.push(demand);
      else {
        missed.push(demand);
        cuts.push(cut);
      }
    }
    this.#order = [...missed, ...others];
    return cuts;
  }

  #allow(hidden: Float64Array, amount: number): void {
    const { up, down } = this.#suppression;
    this.#attacker.allow((column) => {
      const share = at(hidden, column);
      return { down: Math.min(at(down, column), amount) * share, up: Math.min(at(up, column), amount) * share };
    });
  }

  #attack(demand: Demand, hidden: Float64Array): Cut | undefined {
    const { column, sign, amount } = demand;
    const near = NEAR * Math.max(1, amount);
    const reduced: Float64Array[] = [];
    let distance = 0;
    for (const each of sign === 0 ? ([1, -1] as const) : ([sign] as const)) {
      const reach = this.#attacker.reach(column, each, amount);
      distance += reach.distance;
      reduced.push(reach.reduced);
      for (const other of this.#demands) if (shows(reach.deviation, other)) this.#witnesses.set(other, reach.deviation);
      if (distance >= amount - near) return undefined;
    }
    const cut = cutOfDemand(reduced, amount, this.#suppression, this.#given);
    return cut !== undefined && misses(cut, hidden) > NEAR ? cut : undefined;
  }

  #isWitnessed(demand: Demand, hidden: Float64Array): boolean {
    const witness = this.#witnesses.get(demand);
    if (witness === undefined) return false;
    const { up, down } = this.#suppression;
    for (let column = 0; column < witness.length; column += 1) {
      const moved = at(witness, column);
      if (moved === 0) continue;
      const room = moved > 0 ? at(up, column) : at(down, column);
      if (Math.abs(moved) > Math.min(room, demand.amount) * at(hidden, column) + NEAR) return false;
    }
    return true;
  }

  /** Cuts that say of columns that are partly hidden that it takes others to hide them. */
  supports(hidden: Float64Array, most: number): Cut[] {
    const cuts: Cut[] = [];
    this.#allow(hidden, 1);
    for (let column = 0; column < hidden.length && cuts.length < most; column += 1) {
      const share = at(hidden, column);
      if (at(this.#given, column) === 1 || share < WORTH) continue;
      const { distance, reduced } = this.#attacker.reach(column, 1, share);
      if (distance >= share - NEAR) continue;
      const cut = cutOfSupport(column, reduced, this.#given);
      if (cut !== undefined && misses(cut, hidden) > NEAR) cuts.push(cut);
    }
    return cuts;
  }

  /** Whether a pattern meets every demand, with all the room there is; where not, a cut that it misses. */
  check(hidden: Float64Array): Cut | undefined | 'meets' {
    const { up, down } = this.#suppression;
    this.#attacker.allow((column) => {
      const share = at(hidden, column);
      return share > 0.5 ? { down: at(down, column), up: at(up, column) } : { down: 0, up: 0 };
    });
    for (const demand of this.#order) {
      const { column, sign, amount } = demand;
      const reaches = (sign === 0 ? ([1, -1] as const) : ([sign] as const)).map((each) => this.#attacker.reach(column, each, amount));
      const distance = reaches.reduce((sum, reach) => sum + reach.distance, 0);
      if (distance >= amount - NEAR * Math.max(1, amount)) continue;
      return cutOfDemand(reaches.map(({ reduced }) => reduced), amount, this.#suppression, this.#given);
    }
    return 'meets';
  }

  [Symbol.dispose](): void {
    this.#attacker[Symbol.dispose]();
  }
}
