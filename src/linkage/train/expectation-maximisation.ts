import type { Comparison } from '../compare/comparison.ts';
import { FieldWeights, type Parameters, priorWeight, probabilityOf } from './parameters.ts';
import type { Pattern } from './pattern.ts';

/** How many true pairs the expected shares of a comparison count for: of weight only where true pairs are few. */
const EXPECTED_PAIRS = 5;
const MOST_ROUNDS = 200;
const CLOSE_ENOUGH = 1e-5;
const LEAST = 1e-7;

/** A round of the estimation, for the log. */
export interface Round {
  readonly prior: number;
  /** The largest change of any parameter. */
  readonly change: number;
}

/** What to estimate from. */
export interface Sample {
  /** The pairs that blocks found; all others are thought to be of different people. */
  readonly candidates: readonly Pattern[];
  /** Pairs taken at random, which are nearly all of different people. */
  readonly random: readonly Pattern[];
  /** Of how many pairs the candidates are. */
  readonly of: number;
}

/**
 * Estimates the parameters without labels (expectation-maximisation over patterns). The shares among true pairs, m, and
 * the prior come from all candidates at once, each pair counting as far as it is thought to be true; those among pairs of
 * different people, u, from random pairs, each counting as far as it is thought not to be. Blocks bias m only by the true
 * pairs that none of them finds, since pairs outside of them are counted as well. The start is fixed, so that the same
 * patterns give the same parameters.
 */
export function estimate(
  comparisons: readonly Comparison[],
  { candidates, random, of }: Sample,
  start: Parameters,
): { readonly parameters: Parameters; readonly rounds: readonly Round[] } {
  let parameters = start;
  const rounds: Round[] = [];
  while (rounds.length < MOST_ROUNDS) {
    const odds = patternOdds(comparisons, parameters);
    const matches = counts(comparisons);
    let total = 0;
    for (const pattern of candidates) {
      const share = pattern.pairs * probabilityOf(odds(pattern));
      total += share;
      count(matches, pattern, share);
    }
    const others = counts(comparisons);
    for (const pattern of random) {
      count(others, pattern, pattern.pairs * (1 - probabilityOf(odds(pattern))));
    }
    const next: Parameters = {
      prior: Math.min(0.5, Math.max(total, 0.5) / of),
      m: matches.map((shares, index) =>
        smoothed(shares, comparisons[index]?.levels.map(({ expected }) => expected) ?? [], EXPECTED_PAIRS),
      ),
      u: others.map((shares) =>
        smoothed(
          shares,
          shares.map(() => 1 / shares.length),
          1,
        ),
      ),
      dependence: parameters.dependence,
    };
    const change = Math.max(
      Math.abs(Math.log(next.prior / parameters.prior)),
      ...next.m.flatMap((shares, index) =>
        shares.map((share, level) => Math.abs(share - (parameters.m[index]?.[level] ?? 0))),
      ),
    );
    parameters = next;
    rounds.push({ prior: next.prior, change });
    if (change < CLOSE_ENOUGH) break;
  }
  return { parameters, rounds };
}

/** Gives the weight of a pattern, prior and rarity included, in bits. */
export function patternOdds(comparisons: readonly Comparison[], parameters: Parameters): (pattern: Pattern) => number {
  const weights = new FieldWeights(comparisons, parameters);
  const prior = priorWeight(parameters);
  return ({ levels, rarity }) => prior + rarity + weights.sum(levels);
}

/** Where an estimation begins: what is expected of true pairs, and one true pair a record of the smaller side. */
export function startingParameters(
  comparisons: readonly Comparison[],
  random: readonly Pattern[],
  prior: number,
): Parameters {
  const u = counts(comparisons);
  for (const pattern of random) count(u, pattern, pattern.pairs);
  return {
    prior,
    m: comparisons.map(({ levels }) => levels.map(({ expected }) => expected)),
    u: u.map((shares) =>
      smoothed(
        shares,
        shares.map(() => 1 / shares.length),
        1,
      ),
    ),
    dependence: comparisons.map(() => undefined),
  };
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
