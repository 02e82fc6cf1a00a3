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
 * The parameters of the model: that of Fellegi and Sunter with two kinds of pairs between the same person and strangers.
 * Relatives share a household's name and address and nothing else; without them, two sisters are "one person, with errors
 * in name and date of birth", and learning would take households for people. Namesakes share a name and nothing else:
 * there are more of them than chance explains, as given and family names go together by heritage and by age.
 */
export interface Parameters {
  /** The probability that a pair taken at random is of one person … */
  readonly prior: number;
  /** … that it is of two people of one household … */
  readonly kin: number;
  /** … and that it is of two people who have their name alone in common, beyond what chance explains. */
  readonly namesakes: number;
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
  /** Of the fields among both that are a name. */
  names: number;
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
  readonly #names: readonly boolean[];
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
    this.#names = comparisons.map(({ isName }) => isName === true);
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
    const evidence = { household: 0, personal: 0, names: 0, twins: levels[this.#birth] === 1 ? this.#twins : 0 };
    for (let index = 0; index < levels.length; index += 1) {
      const bits = this.of(levels, index);
      if (this.#shared[index] === true) evidence.household += bits;
      else evidence.personal += bits;
      if (this.#names[index] === true) evidence.names += bits;
    }
    return evidence;
  }
}

/** The binary logarithms of the odds, against strangers, of one person, of relatives and of namesakes. */
export interface PriorWeights {
  readonly prior: number;
  readonly kin: number;
  readonly namesakes: number;
}

export function priorWeights({ prior, kin, namesakes }: Parameters): PriorWeights {
  const strangers = 1 - prior - kin - namesakes;
  return {
    prior: Math.log2(prior / strangers),
    kin: Math.log2(kin / strangers),
    namesakes: Math.log2(namesakes / strangers),
  };
}

/**
 * The weight of a pair, all included: the logarithm of the odds that it is of one person. What a household shares counts
 * until the pair is surer to be of relatives than of strangers, and not beyond; and likewise a name.
 */
export function weightOf({ household, personal, names, twins }: Evidence, priors: PriorWeights): number {
  const others = 1 + 2 ** (priors.kin + household + twins) + 2 ** (priors.namesakes + names);
  return priors.prior + personal + household - Math.log2(others);
}

/** The probability that a pair of this weight is of one person. */
export function probabilityOf(weight: number): number {
  return 1 / (1 + 2 ** -weight);
}

/** The weight at which a pair has this probability. */
export function weightOfProbability(probability: number): number {
  return Math.log2(probability / (1 - probability));
}
