import type { Session, Solver } from '../solver.ts';
import { at, type SparseRows, sparseRows, type Term } from '../tables/sparse-rows.ts';
import type { Component } from './components.ts';

const NODES = 200;
/** What a move costs, beside one for the column that is looked at. */
const NEEDLESS = 1e-4;

/**
 * Some columns of a component, looked at from a table that satisfies all of it. Where the others stay as they are in
 * that table, what the columns can be is possible for certain (`within`). Where the others may be anything between their
 * bounds, regardless of relations beyond, the columns can be no more than that (`beyond`). Where both say the same, that
 * is the end, and the rest of the component needs no look.
 */
export class Block implements Disposable {
  readonly columns: readonly number[];
  readonly #solver: Solver;
  readonly #placeOf: ReadonlyMap<number, number>;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #rows: SparseRows;
  readonly #still: Float64Array;
  readonly #within: Session;
  readonly #beyond: Session;

  constructor(
    component: Component,
    byColumn: SparseRows,
    columns: readonly number[],
    table: Float64Array,
    solver: Solver,
  ) {
    this.columns = columns;
    this.#solver = solver;
    const placeOf = new Map(columns.map((column, place) => [column, place]));
    this.#placeOf = placeOf;
    this.#lower = Float64Array.from(columns, (column) => Math.min(0, at(component.lower, column) - at(table, column)));
    this.#upper = Float64Array.from(columns, (column) => Math.max(0, at(component.upper, column) - at(table, column)));
    const rows: Term[][] = [];
    const least: number[] = [];
    const most: number[] = [];
    for (const row of rowsOver(columns, byColumn)) {
      const { starts, columns: all, values } = component.rows;
      const terms: Term[] = [];
      let [low, high] = [0, 0];
      for (let k = at(starts, row); k < at(starts, row + 1); k += 1) {
        const [column, value] = [at(all, k), at(values, k)];
        const place = placeOf.get(column);
        if (place !== undefined) terms.push({ column: place, value });
        else {
          const below = value * (at(component.lower, column) - at(table, column));
          const above = value * (at(component.upper, column) - at(table, column));
          low -= Math.max(below, above, 0);
          high -= Math.min(below, above, 0);
        }
      }
      rows.push(terms);
      least.push(low);
      most.push(high);
    }
    this.#rows = sparseRows(rows);
    this.#still = new Float64Array(rows.length);
    const size = columns.length;
    this.#within = solver.open({
      columns: 2 * size,
      lower: new Float64Array(2 * size),
      upper: Float64Array.from({ length: 2 * size }, (_, place) =>
        place < size ? at(this.#upper, place) : -at(this.#lower, place - size),
      ),
      rows: upAndDown(rows, size),
      rowLower: this.#still,
      rowUpper: this.#still,
    });
    this.#within.setCosts(new Float64Array(2 * size).fill(NEEDLESS));
    this.#beyond = solver.open({
      columns: size,
      lower: this.#lower,
      upper: this.#upper,
      rows: this.#rows,
      rowLower: Float64Array.from(least),
      rowUpper: Float64Array.from(most),
    });
  }

  /**
   * What moves when a column goes as far as it can for certain, down (1) or up (-1), and no other further than it must:
   * such moves are few and most often whole numbers. Undefined where there is no end.
   */
  within(column: number, sign: 1 | -1): Float64Array | undefined {
    const size = this.columns.length;
    const place = this.#placeOf.get(column) ?? 0;
    const toward = sign === 1 ? size + place : place;
    this.#within.setCost(toward, -1);
    const values = this.#within.solve('primal') === 'optimal' ? this.#within.solution().values : undefined;
    this.#within.setCost(toward, NEEDLESS);
    if (values === undefined) return undefined;
    return Float64Array.from({ length: size }, (_, each) => at(values, each) - at(values, size + each));
  }

  /** How far a column can go at most; infinity where nothing stops it here. */
  beyond(column: number, sign: 1 | -1): number {
    const place = this.#placeOf.get(column) ?? 0;
    this.#beyond.setCost(place, sign);
    const distance =
      this.#beyond.solve('primal') === 'optimal' ? -this.#beyond.solution().objective : Number.POSITIVE_INFINITY;
    this.#beyond.setCost(place, 0);
    return distance;
  }

  /** As `within`, in whole numbers. */
  withinWhole(column: number, sign: 1 | -1): Float64Array | undefined {
    const size = this.columns.length;
    const costs = new Float64Array(size);
    costs[this.#placeOf.get(column) ?? 0] = sign;
    const program = {
      columns: size,
      lower: this.#lower,
      upper: this.#upper,
      rows: this.#rows,
      rowLower: this.#still,
      rowUpper: this.#still,
    };
    return this.#solver.solveWhole(program, costs, new Uint8Array(size).fill(1), NODES).values;
  }

  [Symbol.dispose](): void {
    this.#within[Symbol.dispose]();
    this.#beyond[Symbol.dispose]();
  }
}

function rowsOver(columns: readonly number[], byColumn: SparseRows): Set<number> {
  const rows = new Set<number>();
  for (const column of columns) {
    for (let k = at(byColumn.starts, column); k < at(byColumn.starts, column + 1); k += 1)
      rows.add(at(byColumn.columns, k));
  }
  return rows;
}

/** Rows over moves up (first half) and moves down. */
function upAndDown(rows: readonly (readonly Term[])[], size: number): SparseRows {
  return sparseRows(
    rows.map((terms) => [...terms, ...terms.map(({ column, value }) => ({ column: column + size, value: -value }))]),
  );
}
