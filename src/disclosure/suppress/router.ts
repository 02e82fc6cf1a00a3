import type { Session, Solver } from '../solver.ts';
import { at, type SparseRows } from '../tables/sparse-rows.ts';
import type { Pattern, Suppression } from './suppression.ts';

/**
 * Finds the cheapest way for a column to move: other columns that move with it so that every relation still holds.
 * Those have to be hidden. What is hidden already moves for nothing.
 */
export class Router implements Disposable {
  readonly #suppression: Suppression;
  readonly #session: Session;
  readonly #columns: number;
  readonly #prices: Float64Array;
  /** How far each column may move up (first half) and down (second half). */
  readonly #room: Float64Array;

  constructor(suppression: Suppression, pattern: Pattern, solver: Solver) {
    const { system, up, down, candidate, given } = suppression;
    this.#suppression = suppression;
    this.#columns = system.columns;
    const n = system.columns;
    this.#room = new Float64Array(2 * n);
    for (let column = 0; column < n; column += 1) {
      const may = at(candidate, column) + at(given, column) + at(pattern, column) > 0;
      this.#room[column] = may ? at(up, column) : 0;
      this.#room[n + column] = may ? at(down, column) : 0;
    }
    this.#prices = new Float64Array(2 * n);
    const rowBounds = new Float64Array(system.totals.length);
    this.#session = solver.open({
      columns: 2 * n,
      lower: new Float64Array(2 * n),
      upper: this.#room,
      rows: doubled(system.relations, n),
      rowLower: rowBounds,
      rowUpper: rowBounds,
    });
    this.price((column) => (at(pattern, column) === 1 ? 0 : at(suppression.cost, column)));
  }

  /** What it costs to move a column by one; a little more than nothing, so that nothing moves needlessly. */
  price(of: (column: number) => number): void {
    for (let column = 0; column < this.#columns; column += 1) {
      const price = of(column) + 1e-6;
      this.#prices[column] = price;
      this.#prices[this.#columns + column] = price;
    }
    this.#session.setCosts(this.#prices);
  }

  setPrice(column: number, price: number): void {
    this.#session.setCost(column, price + 1e-6);
    this.#session.setCost(this.#columns + column, price + 1e-6);
  }

  /** Keeps a column from moving, or lets it again. */
  allow(column: number, allowed: boolean): void {
    this.#session.setBounds(column, 0, allowed ? at(this.#room, column) : 0);
    this.#session.setBounds(this.#columns + column, 0, allowed ? at(this.#room, this.#columns + column) : 0);
  }

  /** Movements of all columns in which this one moves by `amount`; undefined where there are none. */
  route(column: number, amount: number): Float64Array | undefined {
    const n = this.#columns;
    const [with_, against] = amount > 0 ? [column, n + column] : [n + column, column];
    const size = Math.abs(amount);
    if (size > at(this.#room, with_) + 1e-9) return undefined;
    this.#session.setBounds(with_, size, size);
    this.#session.setBounds(against, 0, 0);
    const outcome = this.#session.solve('dual');
    const values = outcome === 'optimal' ? this.#session.solution().values : undefined;
    this.#session.setBounds(with_, 0, at(this.#room, with_));
    this.#session.setBounds(against, 0, at(this.#room, against));
    if (values === undefined) return undefined;
    return Float64Array.from({ length: n }, (_, index) => at(values, index) - at(values, n + index));
  }

  get suppression(): Suppression {
    return this.#suppression;
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}

function doubled({ starts, columns, values }: SparseRows, n: number): SparseRows {
  const size = columns.length;
  const both = { starts: starts.map((start) => 2 * start), columns: new Int32Array(2 * size), values: new Float64Array(2 * size) };
  for (let row = 0; row + 1 < starts.length; row += 1) {
    let place = 2 * at(starts, row);
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
