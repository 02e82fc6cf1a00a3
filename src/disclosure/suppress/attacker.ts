import type { Session, Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import type { Suppression } from './suppression.ts';

export interface Reach {
  /** How far the column can move in the direction asked, up to `amount`. */
  readonly distance: number;
  /** How all columns move then. */
  readonly deviation: Float64Array;
  /** Reduced costs: by how much the distance hangs on the room of each column, above zero on the room below. */
  readonly reduced: Float64Array;
}

/**
 * The attacker as the suppressor imagines one: columns move away from their true values, by as much as they have room,
 * while every relation still holds. (The auditor is another, and does not know the true values.)
 */
export class Attacker implements Disposable {
  readonly #session: Session;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;

  constructor({ system }: Suppression, solver: Solver) {
    const totals = new Float64Array(system.totals.length);
    this.#lower = new Float64Array(system.columns);
    this.#upper = new Float64Array(system.columns);
    this.#session = solver.open({
      columns: system.columns,
      lower: this.#lower,
      upper: this.#upper,
      rows: system.relations,
      rowLower: totals,
      rowUpper: totals,
    });
  }

  get iterations(): number {
    return this.#session.iterations;
  }

  /** Gives every column its room. */
  allow(room: (column: number) => { readonly down: number; readonly up: number }): void {
    for (let column = 0; column < this.#lower.length; column += 1) {
      const { down, up } = room(column);
      this.#lower[column] = -down;
      this.#upper[column] = up;
    }
    this.#session.setAllBounds(this.#lower, this.#upper);
  }

  allowOne(column: number, down: number, up: number): void {
    this.#lower[column] = -down;
    this.#upper[column] = up;
    this.#session.setBounds(column, -down, up);
  }

  /** How far a column can move up (`sign` 1) or down; no further than `amount`, which is all that one needs to know. */
  reach(column: number, sign: 1 | -1, amount: number): Reach {
    const [lower, upper] = [at(this.#lower, column), at(this.#upper, column)];
    const short = sign === 1 ? upper > amount : -lower > amount;
    if (short) this.#session.setBounds(column, sign === 1 ? lower : -amount, sign === 1 ? amount : upper);
    this.#session.setCost(column, -sign);
    const outcome = this.#session.solve('primal');
    if (outcome !== 'optimal') throw new Error(`the attacker's program is ${outcome}`);
    const { objective, values, reduced } = this.#session.solution();
    this.#session.setCost(column, 0);
    if (short) this.#session.setBounds(column, lower, upper);
    return { distance: -objective, deviation: values, reduced };
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}
