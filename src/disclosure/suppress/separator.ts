import type { Solver } from '../solver.ts';
import { at, rowCount } from '../tables/sparse-rows.ts';
import { Attacker, type Reach, type Room } from './attacker.ts';
import { type Cut, cutOfDemand, cutOfSupport, misses } from './cut.ts';
import { type Demand, NEAR } from './demands.ts';
import type { Suppression } from './suppression.ts';

/** A hidden share below this is not worth an attack of its own. */
const WORTH = 0.02;

/** Finds cuts that a mixture of patterns misses. */
export class Separator {
  readonly #suppression: Suppression;
  readonly #given: Uint8Array;
  readonly #solver: Solver;
  readonly #needy: ReadonlySet<number>;
  readonly #demandsAt = new Map<number, Demand[]>();
  /** Demands that were not met lately are tried first. */
  #order: readonly Demand[];
  #iterations = 0;

  constructor(suppression: Suppression, given: Uint8Array, demands: readonly Demand[], solver: Solver) {
    this.#suppression = suppression;
    this.#given = given;
    this.#solver = solver;
    this.#needy = new Set(demands.map(({ column }) => column));
    this.#order = demands.toSorted((a, b) => b.amount - a.amount);
    for (const each of demands) this.#demandsAt.set(each.column, [...(this.#demandsAt.get(each.column) ?? []), each]);
  }

  get iterations(): number {
    return this.#iterations;
  }

  /** Cuts from single relations: a hidden column needs another beside it in each. They cost nothing to find. */
  bridges(hidden: Float64Array): Cut[] {
    const { relations } = this.#suppression.system;
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
          if (!this.#needy.has(column)) continue;
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
   * Cuts from attacks on a mixture: every column has its room times its hidden share. No column is given more room than
   * is asked of the one attacked: in most tables more would not help it, and would hide how little a small share is.
   */
  attacks(hidden: Float64Array, most: number): Cut[] {
    const cuts: Cut[] = [];
    const missed: Demand[] = [];
    const others: Demand[] = [];
    const met = new Set<Demand>();
    let amount = this.#order[0]?.amount ?? 0;
    using attacker = this.#attacker(hidden, this.#shared(hidden, amount));
    for (const demand of this.#order) {
      if (met.has(demand) || cuts.length >= most) {
        others.push(demand);
        continue;
      }
      if (demand.amount !== amount) {
        amount = demand.amount;
        attacker.allow(this.#shared(hidden, amount));
        met.clear();
      }
      const cut = this.#attack(attacker, demand, hidden, met);
      if (cut === undefined) others.push(demand);
      else {
        missed.push(demand);
        cuts.push(cut);
      }
    }
    this.#iterations += attacker.iterations;
    this.#order = [...missed, ...others].sort((a, b) => b.amount - a.amount);
    return cuts;
  }

  #attack(attacker: Attacker, demand: Demand, hidden: Float64Array, met: Set<Demand>): Cut | undefined {
    const { column, sign, amount } = demand;
    const reaches: Reach[] = [];
    let distance = 0;
    for (const each of sign === 0 ? ([1, -1] as const) : ([sign] as const)) {
      const reach = attacker.reach(column, each, amount);
      distance += reach.distance;
      reaches.push(reach);
      for (const [place, demands] of this.#demandsAt) {
        const moved = reach.moved(place);
        if (moved === 0) continue;
        for (const other of demands) {
          if (other.amount === amount && other.sign * moved >= amount - NEAR * Math.max(1, amount)) met.add(other);
        }
      }
      if (distance >= amount - NEAR * Math.max(1, amount)) return undefined;
    }
    const cut = cutOfDemand(
      reaches.map((reach) => reach.reduced()),
      amount,
      this.#suppression,
      this.#given,
    );
    return cut !== undefined && misses(cut, hidden) > NEAR ? cut : undefined;
  }

  /** Cuts that say of columns that are partly hidden that it takes others to hide them. */
  supports(hidden: Float64Array, most: number): Cut[] {
    const cuts: Cut[] = [];
    using attacker = this.#attacker(hidden, this.#shared(hidden, 1));
    const moves = new Uint8Array(hidden.length);
    for (let column = 0; column < hidden.length && cuts.length < most; column += 1) {
      const share = at(hidden, column);
      if (at(this.#given, column) === 1 || share < WORTH || at(moves, column) === 1) continue;
      const { distance, reduced, moved } = attacker.reach(column, 1, share);
      for (let other = column; other < hidden.length; other += 1) {
        if (at(hidden, other) > 0 && Math.abs(moved(other)) >= at(hidden, other) - NEAR) moves[other] = 1;
      }
      if (distance >= share - NEAR) continue;
      const cut = cutOfSupport(column, reduced(), this.#given);
      if (cut !== undefined && misses(cut, hidden) > NEAR) cuts.push(cut);
    }
    this.#iterations += attacker.iterations;
    return cuts;
  }

  /** Whether a pattern meets every demand, with all the room there is; where not, a cut that it misses. */
  check(hidden: Float64Array): Cut | undefined | 'meets' {
    const { up, down } = this.#suppression;
    using attacker = this.#attacker(hidden, (column) => ({ down: at(down, column), up: at(up, column) }));
    for (const { column, sign, amount } of this.#order) {
      const signs = sign === 0 ? ([1, -1] as const) : ([sign] as const);
      const reaches = signs.map((each) => attacker.reach(column, each, amount));
      const distance = reaches.reduce((sum, reach) => sum + reach.distance, 0);
      if (distance >= amount - NEAR * Math.max(1, amount)) continue;
      return cutOfDemand(
        reaches.map((reach) => reach.reduced()),
        amount,
        this.#suppression,
        this.#given,
      );
    }
    return 'meets';
  }

  #attacker(hidden: Float64Array, room: (column: number) => Room): Attacker {
    return new Attacker(this.#suppression, (column) => at(hidden, column) > 0, room, this.#solver);
  }

  #shared(hidden: Float64Array, most: number): (column: number) => Room {
    const { up, down } = this.#suppression;
    return (column) => {
      const share = at(hidden, column);
      return { down: Math.min(at(down, column), most) * share, up: Math.min(at(up, column), most) * share };
    };
  }
}
