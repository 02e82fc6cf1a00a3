import type { Comparison } from '../compare/comparison.ts';

/** How the agreement of one field among pairs of different people hangs together with that of another. */
export interface Dependence {
  /** The other comparison's index. */
  readonly parent: number;
  /** For each level of the parent, how often this field agrees by the same cause, and not by chance. */
  readonly copied: readonly number[];
  /** For each level of the parent, the shares of this field's levels among pairs of different people. */
  readonly u: readonly (readonly number[])[];
}

/** The parameters of the model of Fellegi and Sunter. */
export interface Parameters {
  /** The probability that a pair taken at random is of one person. */
  readonly prior: number;
  /** Of each comparison, the share of each level among pairs of one person … */
  readonly m: readonly (readonly number[])[];
  /** … and among pairs of different people. */
  readonly u: readonly (readonly number[])[];
  /** One a comparison; undefined where it depends on no other. */
  readonly dependence: readonly (Dependence | undefined)[];
}

/** What fields of a pair add, in bits; made once for a set of parameters, asked for each pattern. */
export class FieldWeights {
  /** [comparison][level]: alone. [comparison][level of parent][level]: given its parent. Level 0 adds nothing. */
  readonly #alone: readonly Float64Array[];
  readonly #given: readonly (readonly Float64Array[] | undefined)[];
  readonly #parents: readonly (number | undefined)[];

  /**
   * That of levels with a rarity is measured against 1, not against u: minus the logarithm of the value's frequency,
   * which stands for u there, is added by who knows the value.
   */
  constructor(comparisons: readonly Comparison[], { m, u, dependence }: Parameters) {
    const row = (index: number, others: readonly number[]): Float64Array =>
      Float64Array.from([
        0,
        ...(comparisons[index]?.levels ?? []).map(({ rarity }, level) => {
          const own = Math.log2(m[index]?.[level] ?? 1);
          return rarity === undefined ? own - Math.log2(others[level] ?? 1) : own;
        }),
      ]);
    this.#alone = comparisons.map((_, index) => row(index, u[index] ?? []));
    this.#given = dependence.map((each, index) => each?.u.map((shares) => row(index, shares)));
    this.#parents = dependence.map((each) => each?.parent);
  }

  /** What one field adds. */
  of(levels: readonly number[], index: number): number {
    const level = levels[index] ?? 0;
    const parent = this.#parents[index];
    const parentLevel = parent === undefined ? 0 : (levels[parent] ?? 0);
    const row = parentLevel === 0 ? this.#alone[index] : this.#given[index]?.[parentLevel - 1];
    return row?.[level] ?? 0;
  }

  sum(levels: readonly number[]): number {
    let sum = 0;
    for (let index = 0; index < levels.length; index += 1) sum += this.of(levels, index);
    return sum;
  }
}

/** The binary logarithm of the odds of the prior. */
export function priorWeight({ prior }: Parameters): number {
  return Math.log2(prior / (1 - prior));
}

/** The probability that a pair of this weight, prior included, is of one person. */
export function probabilityOf(weight: number): number {
  return 1 / (1 + 2 ** -weight);
}

/** The weight at which a pair has this probability. */
export function weightOfProbability(probability: number): number {
  return Math.log2(probability / (1 - probability));
}
