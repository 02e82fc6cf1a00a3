import type { LinearProgram, Session, Solver } from '../solver.ts';
import { at, type SparseRows } from '../tables/sparse-rows.ts';
import type { Demand } from './demands.ts';
import type { Restricted } from './restricted.ts';
import type { Suppression } from './suppression.ts';

/** Columns that move, and how far; all others stay. */
export interface Movement {
  readonly columns: Int32Array;
  readonly amounts: Float64Array;
}

const STILL = 1e-7;
const NODES = 200;
/** A little more than nothing, so that nothing moves needlessly. */
const LEAST_PRICE = 1e-6;

/**
 * Finds the cheapest way for a column to move: other columns that move with it so that every relation still holds.
 * Those have to be hidden. Only columns that are in `among` can move.
 */
export class Router implements Disposable {
  readonly #restricted: Restricted;
  readonly #solver: Solver;
  readonly #program: LinearProgram;
  readonly #session: Session;
  readonly #prices: Float64Array;
  /** How far each column may move up (first half) and down (second half). */
  readonly #room: Float64Array;

  constructor({ up, down }: Suppression, among: Restricted, solver: Solver) {
    this.#restricted = among;
    const { columnOf, system: own } = this.#restricted;
    const n = own.columns;
    this.#room = new Float64Array(2 * n);
    for (let place = 0; place < n; place += 1) {
      this.#room[place] = at(up, at(columnOf, place));
      this.#room[n + place] = at(down, at(columnOf, place));
    }
    this.#prices = new Float64Array(2 * n);
    this.#program = {
      columns: 2 * n,
      lower: new Float64Array(2 * n),
      upper: this.#room,
      rows: doubled(own.relations, n),
      rowLower: own.totals,
      rowUpper: own.totals,
    };
    this.#solver = solver;
    this.#session = solver.open(this.#program);
  }

  /** What it costs to move a column by one. */
  price(of: (column: number) => number): void {
    const { columnOf } = this.#restricted;
    const prices = Float64Array.from(columnOf, (column) => of(column) + LEAST_PRICE);
    this.#prices.set(prices);
    this.#prices.set(prices, prices.length);
    this.#session.setCosts(this.#prices);
  }

  setPrice(column: number, price: number): void {
    const place = at(this.#restricted.placeOf, column);
    for (const each of [place, this.#restricted.columnOf.length + place]) {
      this.#prices[each] = price + LEAST_PRICE;
      this.#session.setCost(each, price + LEAST_PRICE);
    }
  }

  /** Keeps a column from moving, or lets it again. */
  allow(column: number, allowed: boolean): void {
    const place = at(this.#restricted.placeOf, column);
    for (const each of [place, this.#restricted.columnOf.length + place]) {
      this.#session.setBounds(each, 0, allowed ? at(this.#room, each) : 0);
    }
  }

  /**
   * Movements that meet a demand together, most often one; undefined where there are none. A demand in both directions
   * is met by one alone, where that can be, else by as much as there is room on the one side and the rest on the other.
   */
  route({ column, sign, amount }: Demand): readonly Movement[] | undefined {
    if (sign !== 0) return listed(this.#move(column, sign * amount));
    const single = this.#move(column, amount) ?? this.#move(column, -amount);
    if (single !== undefined) return [single];
    const above = Math.min(amount, at(this.#room, at(this.#restricted.placeOf, column)));
    const [up, down] = [this.#move(column, above), this.#move(column, above - amount)];
    return up === undefined || down === undefined ? undefined : [up, down];
  }

  #move(column: number, by: number): Movement | undefined {
    const { placeOf, columnOf } = this.#restricted;
    const n = columnOf.length;
    const place = at(placeOf, column);
    const [along, against] = by >= 0 ? [place, n + place] : [n + place, place];
    const size = Math.abs(by);
    if (size > at(this.#room, along) + STILL) return undefined;
    this.#session.setBounds(along, size, size);
    this.#session.setBounds(against, 0, 0);
    const values = this.#session.solve('dual') === 'optimal' ? this.#session.solution().values : undefined;
    this.#session.setBounds(along, 0, at(this.#room, along));
    this.#session.setBounds(against, 0, at(this.#room, against));
    return values === undefined ? undefined : this.#movement(values);
  }

  /** As one movement, but all move by whole numbers: tables of counts lie at both its ends. */
  moveInWholeNumbers(column: number, by: number): Movement | undefined {
    const { placeOf, columnOf } = this.#restricted;
    const [up, down] = [at(placeOf, column), columnOf.length + at(placeOf, column)];
    const [along, against] = by >= 0 ? [up, down] : [down, up];
    const movement = this.#move(column, by);
    // Most movements are of whole numbers as it is; and what can't be done in fractions can't be done in whole numbers.
    if (movement === undefined || movement.amounts.every((amount) => Math.abs(amount - Math.round(amount)) <= STILL)) {
      return movement && { ...movement, amounts: movement.amounts.map(Math.round) };
    }
    const lower = new Float64Array(this.#program.columns);
    const upper = this.#room.slice();
    lower[along] = Math.abs(by);
    upper[along] = Math.abs(by);
    upper[against] = 0;
    const whole = new Uint8Array(this.#program.columns).fill(1);
    const { values } = this.#solver.solveWhole({ ...this.#program, lower, upper }, this.#prices, whole, NODES);
    return values === undefined ? undefined : this.#movement(values.map(Math.round));
  }

  #movement(values: Float64Array): Movement {
    const { columnOf } = this.#restricted;
    const n = columnOf.length;
    const columns: number[] = [];
    const amounts: number[] = [];
    for (let each = 0; each < n; each += 1) {
      const moved = at(values, each) - at(values, n + each);
      if (Math.abs(moved) <= STILL) continue;
      columns.push(at(columnOf, each));
      amounts.push(moved);
    }
    return { columns: Int32Array.from(columns), amounts: Float64Array.from(amounts) };
  }

  get iterations(): number {
    return this.#session.iterations;
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}

function listed(movement: Movement | undefined): readonly Movement[] | undefined {
  return movement === undefined ? undefined : [movement];
}

/** The same relations over movements up and movements down. */
function doubled({ starts, columns, values }: SparseRows, n: number): SparseRows {
  const both = {
    starts: starts.map((start) => 2 * start),
    columns: new Int32Array(2 * columns.length),
    values: new Float64Array(2 * columns.length),
  };
  let place = 0;
  for (let row = 0; row + 1 < starts.length; row += 1) {
    for (const sign of [1, -1]) {
      for (let k = at(starts, row); k < at(starts, row + 1); k += 1) {
        both.columns[place] = at(columns, k) + (sign === 1 ? 0 : n);
        both.values[place] = sign * at(values, k);
        place += 1;
      }
    }
  }
  return both;
}
