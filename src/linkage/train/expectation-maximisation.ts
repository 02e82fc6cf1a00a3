import type { Comparison } from '../compare/comparison.ts';
import { FieldWeights, type Parameters, priorWeights, probabilityOf, weightOf } from './parameters.ts';
import type { Pattern } from './pattern.ts';

/** How many true pairs the expected shares of a comparison count for: of weight only where true pairs are few. */
const EXPECTED_PAIRS = 5;
/** How many pairs of strangers are thought to have been seen to differ: of weight only where records are a handful. */
const DIFFERENT_PAIRS = 20;
const MOST_ROUNDS = 200;
const CLOSE_ENOUGH = 1e-5;
const LEAST = 1e-7;

/** A round of the estimation, for the log. */
export interface Round {
  readonly prior: number;
  /** The largest change of the prior, as a logarithm, and of the shares among true pairs. */
  readonly change: number;
}

/** What to estimate from. */
export interface Sample {
  /** The pairs that blocks found; all others are thought to be of strangers. */
  readonly candidates: readonly Pattern[];
  /** Pairs taken at random, which are nearly all of strangers. */
  readonly random: readonly Pattern[];
  /** Of how many pairs the candidates are. */
  readonly of: number;
}

/** What a pair is thought to be: probabilities that add up to 1. */
export interface Membership {
  readonly same: number;
  readonly kin: number;
  readonly namesakes: number;
  readonly strangers: number;
}

/**
 * Estimates the parameters without labels (expectation-maximisation over patterns). The shares among true pairs, m, and
 * how many there are come from all candidates at once, each pair counting as far as it is thought to be true; those among
 * strangers, u, from random pairs, each counting as far as it is thought to be of strangers. Blocks bias m only by the
 * true pairs that none of them finds, since pairs outside of them are counted as well. The start is fixed, so that the
 * same patterns give the same parameters.
 */
export function estimate(
  comparisons: readonly Comparison[],
  { candidates, random, of }: Sample,
  start: Parameters,
): { readonly parameters: Parameters; readonly rounds: readonly Round[] } {
  let parameters = start;
  const rounds: Round[] = [];
  while (rounds.length < MOST_ROUNDS) {
    const membership = memberships(comparisons, parameters);
    const matches = counts(comparisons);
    const totals = { same: 0, kin: 0, namesakes: 0 };
    for (const pattern of candidates) {
      const member = membership(pattern);
      addTo(totals, pattern, member);
      count(matches, pattern, pattern.pairs * member.same);
    }
    const strangers = counts(comparisons);
    for (const pattern of random) count(strangers, pattern, pattern.pairs * membership(pattern).strangers);
    const next: Parameters = {
      ...sharesOf(totals, of),
      m: matches.map((shares, index) => smoothed(shares, expectedOf(comparisons[index]), EXPECTED_PAIRS)),
      u: strangers.map(sharesOfStrangers),
      dependence: parameters.dependence,
    };
    const change = changeOf(parameters, next);
    parameters = next;
    rounds.push({ prior: next.prior, change });
    if (change < CLOSE_ENOUGH) break;
  }
  return { parameters, rounds };
}

/** Estimates how many pairs are of one person and of relatives, by parameters that stay as they are otherwise. */
export function estimatePriors(
  comparisons: readonly Comparison[],
  candidates: readonly Pattern[],
  of: number,
  start: Parameters,
): Parameters {
  let parameters = start;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const membership = memberships(comparisons, parameters);
    const totals = { same: 0, kin: 0, namesakes: 0 };
    for (const pattern of candidates) addTo(totals, pattern, membership(pattern));
    const next = { ...parameters, ...sharesOf(totals, of) };
    const change = Math.abs(Math.log(next.prior / parameters.prior));
    parameters = next;
    if (change < CLOSE_ENOUGH) break;
  }
  return parameters;
}

type Totals = Record<'same' | 'kin' | 'namesakes', number>;

function addTo(totals: Totals, { pairs }: Pattern, { same, kin, namesakes }: Membership): void {
  totals.same += pairs * same;
  totals.kin += pairs * kin;
  totals.namesakes += pairs * namesakes;
}

function sharesOf({ same, kin, namesakes }: Totals, of: number): Pick<Parameters, 'prior' | 'kin' | 'namesakes'> {
  return { prior: shareOf(same, of), kin: shareOf(kin, of), namesakes: shareOf(namesakes, of) };
}

/** A share of pairs, never quite nothing and never most of them. */
function shareOf(pairs: number, of: number): number {
  return Math.min(0.3, Math.max(pairs, 0.5) / Math.max(of, 1));
}

/** Gives what a pattern is thought to be. */
export function memberships(
  comparisons: readonly Comparison[],
  parameters: Parameters,
): (pattern: Pattern) => Membership {
  const weights = new FieldWeights(comparisons, parameters);
  const priors = priorWeights(parameters);
  return ({ levels, rarity }) => {
    const evidence = weights.sum(levels);
    evidence.household += rarity.household;
    evidence.personal += rarity.personal;
    evidence.names += rarity.names;
    const same = probabilityOf(weightOf(evidence, priors));
    const asKin = 2 ** (priors.kin + evidence.household + evidence.twins);
    const asNamesakes = 2 ** (priors.namesakes + evidence.names);
    const others = (1 - same) / (1 + asKin + asNamesakes);
    return { same, kin: others * asKin, namesakes: others * asNamesakes, strangers: others };
  };
}

/** Where an estimation begins: what is expected of true pairs, and of strangers what random pairs are like. */
export function startingParameters(
  comparisons: readonly Comparison[],
  random: readonly Pattern[],
  prior: number,
): Parameters {
  const u = counts(comparisons);
  for (const pattern of random) count(u, pattern, pattern.pairs);
  return {
    prior,
    kin: prior,
    namesakes: prior,
    m: comparisons.map(expectedOf),
    u: u.map(sharesOfStrangers),
    dependence: comparisons.map(() => undefined),
  };
}

function changeOf(from: Parameters, to: Parameters): number {
  const shares = to.m.flatMap((each, index) =>
    each.map((share, level) => Math.abs(share - (from.m[index]?.[level] ?? 0))),
  );
  return Math.max(Math.abs(Math.log(to.prior / from.prior)), ...shares);
}

function expectedOf(comparison: Comparison | undefined): number[] {
  return comparison?.levels.map(({ expected }) => expected) ?? [];
}

/** Strangers differ, as far as nothing else is known: the last level of a comparison is that of different values. */
function sharesOfStrangers(shares: readonly number[]): number[] {
  const before = shares.map((share, level) => share + (level === shares.length - 1 ? DIFFERENT_PAIRS : 0));
  return smoothed(
    before,
    shares.map(() => 1 / shares.length),
    1,
  );
}

function counts(comparisons: readonly Comparison[]): number[][] {
  return comparisons.map(({ levels }) => levels.map(() => 0));
}

function count(into: number[][], { levels }: Pattern, share: number): void {
  for (const [index, level] of levels.entries()) {
    const shares = into[index];
    if (level > 0 && shares !== undefined) shares[level - 1] = (shares[level - 1] ?? 0) + share;
  }
}

/** Counts as shares, with `weight` further pairs that are as expected. */
function smoothed(shares: readonly number[], expected: readonly number[], weight: number): number[] {
  const sum = shares.reduce((total, share) => total + share, 0) + weight;
  return shares.map((share, level) => Math.max(LEAST, (share + weight * (expected[level] ?? 0)) / sum));
}
