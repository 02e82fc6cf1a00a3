import type { Basis, Session, Solver } from '../solver.ts';
import { at } from '../tables/sparse-rows.ts';
import { type Cut, misses } from './cut.ts';
import { NEAR } from './demands.ts';

/** The cheapest mixture of patterns that satisfies all cuts so far. */
export interface Mixture {
  readonly cost: number;
  /** The hidden share of every column of the system. */
  readonly hidden: Float64Array;
  /** By how much the cost rises at least, where a column is hidden that is not, or shown that is hidden. */
  readonly reduced: Float64Array;
}

/** How much more than it asks for a cut must have to be dropped. */
const SPARE = 0.3;

const NOTHING = { starts: new Int32Array(1), columns: new Int32Array(0), values: new Float64Array(0) };

/**
 * The linear relaxation: what patterns cost, as far as the cuts found say. Its variables are the columns that cost
 * something and may be hidden; `given` ones are hidden, all others are not.
 */
export class Relaxation implements Disposable {
  readonly variables: readonly number[];
  readonly #session: Session;
  readonly #variableOf: Int32Array;
  readonly #given: Uint8Array;
  readonly #base: number;
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #known = new Set<string>();
  #cuts: { readonly cut: Cut; readonly key: string }[] = [];

  constructor(cost: Float64Array, candidate: Uint8Array, given: Uint8Array, base: number, solver: Solver) {
    this.variables = [...candidate.keys()].filter((column) => candidate[column] === 1 && given[column] === 0);
    this.#variableOf = new Int32Array(candidate.length).fill(-1);
    for (const [variable, column] of this.variables.entries()) this.#variableOf[column] = variable;
    this.#given = given;
    this.#base = base;
    this.#lower = new Float64Array(this.variables.length);
    this.#upper = new Float64Array(this.variables.length).fill(1);
    this.#session = solver.open({
      columns: this.variables.length,
      lower: this.#lower,
      upper: this.#upper,
      rows: NOTHING,
      rowLower: new Float64Array(0),
      rowUpper: new Float64Array(0),
    });
    this.#session.setCosts(Float64Array.from(this.variables, (column) => at(cost, column)));
  }

  /** Returns whether it is new. Columns that can't be hidden give nothing. */
  add(cut: Cut): boolean {
    const terms: [number, number][] = [];
    for (let index = 0; index < cut.columns.length; index += 1) {
      const variable = at(this.#variableOf, at(cut.columns, index));
      if (variable >= 0) terms.push([variable, at(cut.values, index)]);
    }
    terms.sort(([a], [b]) => a - b);
    const key = `${cut.least} ${terms.map(([variable, value]) => `${variable}:${value.toFixed(7)}`).join(' ')}`;
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    this.#cuts.push({ cut, key });
    const columns = Int32Array.from(terms, ([variable]) => variable);
    const values = Float64Array.from(terms, ([, value]) => value);
    this.#session.addRow(cut.least, Number.POSITIVE_INFINITY, columns, values);
    return true;
  }

  /** Drops cuts that the mixture satisfies with room to spare; they come back if they are missed again. */
  purge(mixture: Mixture): void {
    const isSlack = ({ cut }: { readonly cut: Cut }): boolean => misses(cut, mixture.hidden) < -SPARE;
    const slack = [...this.#cuts.keys()].filter((row) => isSlack(this.#cuts[row] as { cut: Cut }));
    if (slack.length === 0) return;
    this.#session.deleteRows(Int32Array.from(slack));
    for (const each of this.#cuts) if (isSlack(each)) this.#known.delete(each.key);
    this.#cuts = this.#cuts.filter((each) => !isSlack(each));
  }

  /** Undefined where no pattern satisfies the cuts. */
  solve(): Mixture | undefined {
    if (this.#session.solve('dual') !== 'optimal') return undefined;
    const { objective, values, reduced } = this.#session.solution();
    const hidden = Float64Array.from(this.#given);
    for (const [variable, column] of this.variables.entries()) {
      const value = at(values, variable);
      hidden[column] = value < NEAR ? 0 : value > 1 - NEAR ? 1 : value;
    }
    return { cost: this.#base + objective, hidden, reduced };
  }

  /** Sets what variables may be for now, on top of what is settled for good. */
  limit(lower: Float64Array, upper: Float64Array): void {
    this.#session.setAllBounds(lower, upper);
  }

  get lower(): Float64Array {
    return this.#lower;
  }

  get upper(): Float64Array {
    return this.#upper;
  }

  limitOne(variable: number, lower: number, upper: number): void {
    this.#session.setBounds(variable, lower, upper);
  }

  /** Settles columns for good that no better pattern than the best known can have otherwise. */
  settle({ cost, reduced }: Mixture, cutoff: number): number {
    let settled = 0;
    for (let variable = 0; variable < this.variables.length; variable += 1) {
      if (at(this.#lower, variable) === at(this.#upper, variable)) continue;
      const rise = at(reduced, variable);
      if (rise > 0 && cost + rise > cutoff) this.#upper[variable] = 0;
      else if (rise < 0 && cost - rise > cutoff) this.#lower[variable] = 1;
      else continue;
      settled += 1;
      this.#session.setBounds(variable, at(this.#lower, variable), at(this.#upper, variable));
    }
    return settled;
  }

  basis(): Basis {
    return this.#session.basis();
  }

  setBasis(basis: Basis): void {
    this.#session.setBasis(basis);
  }

  get iterations(): number {
    return this.#session.iterations;
  }

  get size(): number {
    return this.#cuts.length;
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }
}
