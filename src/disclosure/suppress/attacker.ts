import type { Session, Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import { type Restricted, restricted } from './restricted.ts';
import type { Suppression } from './suppression.ts';

export interface Reach {
  /** How far the column can move in the direction asked, up to `amount`. */
  readonly distance: number;
  /** How far another column moves then. */
  readonly moved: (column: number) => number;
  /**
   * By how much the distance hangs on the room of each column, of those too that had none: above zero on the room
   * below, under zero on the room above.
   */
  readonly reduced: () => Float64Array;
}

/** The room that a column has to move below and above its true value. */
export interface Room {
  readonly down: number;
  readonly up: number;
}

/**
 * The attacker as the suppressor imagines one: columns move away from their true values, by as much as they have room,
 * while every relation still holds. (The auditor is another, and does not know the true values.)
 */
export class Attacker implements Disposable {
  readonly #whole: Suppression;
  readonly #restricted: Restricted;
  readonly #session: Session;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;

  /** Only columns that are `in` have room. */
  constructor(
    suppression: Suppression,
    isIn: (column: number) => boolean,
    room: (column: number) => Room,
    solver: Solver,
  ) {
    this.#whole = suppression;
    this.#restricted = restricted(suppression.system, isIn);
    const { system, columnOf } = this.#restricted;
    const rooms = Array.from(columnOf, room);
    this.#lower = Float64Array.from(rooms, ({ down }) => -down);
    this.#upper = Float64Array.from(rooms, ({ up }) => up);
    this.#session = solver.open({
      columns: system.columns,
      lower: this.#lower,
      upper: this.#upper,
      rows: system.relations,
      rowLower: system.totals,
      rowUpper: system.totals,
    });
  }

  get iterations(): number {
    return this.#session.iterations;
  }

  /** Gives every column other room. */
  allow(room: (column: number) => Room): void {
    for (const [place, column] of this.#restricted.columnOf.entries()) {
      const { down, up } = room(column);
      this.#lower[place] = -down;
      this.#upper[place] = up;
    }
    this.#session.setAllBounds(this.#lower, this.#upper);
  }

  /** How far a column can move up (`sign` 1) or down; no further than `amount`, which is all that one needs to know. */
  reach(column: number, sign: 1 | -1, amount: number): Reach {
    const { placeOf } = this.#restricted;
    const place = at(placeOf, column);
    const [lower, upper] = [at(this.#lower, place), at(this.#upper, place)];
    const isFar = sign === 1 ? upper > amount : -lower > amount;
    if (isFar) this.#session.setBounds(place, sign === 1 ? lower : -amount, sign === 1 ? amount : upper);
    this.#session.setCost(place, -sign);
    const outcome = this.#session.solve('primal');
    if (outcome !== 'optimal') throw new Error(`the attacker's program is ${outcome}`);
    const { objective, values, duals } = this.#session.solution();
    this.#session.setCost(place, 0);
    if (isFar) this.#session.setBounds(place, lower, upper);
    return {
      distance: -objective,
      moved: (other) => (at(placeOf, other) < 0 ? 0 : at(values, at(placeOf, other))),
      reduced: () => this.#reduced(column, -sign, duals),
    };
  }

  #reduced(column: number, cost: number, duals: Float64Array): Float64Array {
    const { relations, columns } = this.#whole.system;
    const reduced = new Float64Array(columns);
    reduced[column] = cost;
    for (const [index, row] of this.#restricted.rowOf.entries()) {
      const dual = at(duals, index);
      if (Math.abs(dual) < 1e-10) continue;
      for (let k = at(relations.starts, row); k < at(relations.starts, row + 1); k += 1) {
        const other = at(relations.columns, k);
        reduced[other] = at(reduced, other) - dual * at(relations.values, k);
      }
    }
    return reduced;
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}
