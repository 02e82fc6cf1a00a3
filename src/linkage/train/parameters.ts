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

/**
 * The parameters of the model: that of Fellegi and Sunter with a third kind of pair between the same person and
 * strangers, relatives, who share a household's name and address and nothing else. Without them, two sisters are
 * "one person, with errors in name and date of birth", and learning would take households for people.
 */
export interface Parameters {
  /** The probability that a pair taken at random is of one person … */
  readonly prior: number;
  /** … and that it is of two people of one household. */
  readonly kin: number;
  /** Of each comparison, the share of each level among pairs of one person … */
  readonly m: readonly (readonly number[])[];
  /** … and among pairs of strangers. */
  readonly u: readonly (readonly number[])[];
  /** One a comparison; undefined where it depends on no other. */
  readonly dependence: readonly (Dependence | undefined)[];
}

/** What the fields of a pair add up to, in bits: those that a household shares, and those of a person alone. */
export interface Evidence {
  household: number;
  personal: number;
  /** How much more often relatives agree on the personal fields than strangers do: twins have one date of birth. */
  twins: number;
}

/**
 * Of a hundred pairs of relatives in a household about one are twins: some three children in a hundred are
 * (ONS, Birth characteristics in England and Wales), and each has other relatives as well.
 */
const TWINS = 0.01;

/** Adds up what the fields of a pattern say; made once for a set of parameters, asked for each pattern. */
export class FieldWeights {
  /** [comparison][level]: alone. [comparison][level of parent][level]: given its parent. Level 0 adds nothing. */
  readonly #alone: readonly Float64Array[];
  readonly #given: readonly (readonly Float64Array[] | undefined)[];
  readonly #parents: readonly (number | undefined)[];
  readonly #shared: readonly boolean[];
  readonly #birth: number;
  readonly #twins: number;

  /**
   * What levels with a rarity say is measured against 1, not against u: minus the logarithm of the value's frequency,
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
    this.#shared = comparisons.map(({ isShared }) => isShared === true);
    this.#birth = comparisons.findIndex(({ name }) => name === 'date_of_birth');
    this.#twins = Math.max(0, Math.log2(TWINS / (u[this.#birth]?.[0] ?? 1)));
  }

  /** What one field adds. */
  of(levels: readonly number[], index: number): number {
    const level = levels[index] ?? 0;
    const parent = this.#parents[index];
    const parentLevel = parent === undefined ? 0 : (levels[parent] ?? 0);
    const row = parentLevel === 0 ? this.#alone[index] : this.#given[index]?.[parentLevel - 1];
    return row?.[level] ?? 0;
  }

  sum(levels: readonly number[]): Evidence {
    const evidence = { household: 0, personal: 0, twins: levels[this.#birth] === 1 ? this.#twins : 0 };
    for (let index = 0; index < levels.length; index += 1) {
      if (this.#shared[index] === true) evidence.household += this.of(levels, index);
      else evidence.personal += this.of(levels, index);
    }
    return evidence;
  }
}

/** The binary logarithms of the odds, against strangers, of one person and of relatives. */
export function priorWeights({ prior, kin }: Parameters): { readonly prior: number; readonly kin: number } {
  const strangers = 1 - prior - kin;
  return { prior: Math.log2(prior / strangers), kin: Math.log2(kin / strangers) };
}

/**
 * The weight of a pair, all included: the logarithm of the odds that it is of one person. What a household shares counts
 * until the pair is surer to be of relatives than of strangers, and not beyond.
 */
export function weightOf(
  { household, personal, twins }: Evidence,
  { prior, kin }: ReturnType<typeof priorWeights>,
): number {
  return prior + personal + household - Math.log2(1 + 2 ** (kin + household + twins));
}

/** The probability that a pair of this weight is of one person. */
export function probabilityOf(weight: number): number {
  return 1 / (1 + 2 ** -weight);
}

/** The weight at which a pair has this probability. */
export function weightOfProbability(probability: number): number {
  return Math.log2(probability / (1 - probability));
}
