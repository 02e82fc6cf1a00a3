import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/linkage/compare/comparison.ts';
import { estimate, startingParameters } from '../../src/linkage/train/expectation-maximisation.ts';
import { FieldWeights, priorWeights, probabilityOf, weightOf } from '../../src/linkage/train/parameters.ts';
import type { Pattern } from '../../src/linkage/train/pattern.ts';

/** Fields of two levels, agree or differ, without a rarity. */
function field(name: string, isShared = false): Comparison {
  const level = (label: string, when: string, expected: number) => ({ label, when, expected });
  return {
    name,
    features: [],
    derived: [],
    missing: 'false',
    levels: [level('equal', 'true', 0.8), level('different', 'true', 0.2)],
    ...(isShared ? { isShared } : {}),
  };
}

const FIELDS = ['a', 'b', 'c', 'd'].map((name) => field(name));
const M = [0.95, 0.9, 0.8, 0.7];
const U = [0.01, 0.02, 0.05, 0.1];

/** All patterns of agreement, each with the pairs that are expected of `matches` and `strangers` of them. */
function patterns(matches: number, strangers: number): Pattern[] {
  return Array.from({ length: 2 ** FIELDS.length }, (_, bits) => {
    const agrees = FIELDS.map((__, index) => ((bits >> index) & 1) === 1);
    const share = (shares: readonly number[]): number =>
      agrees.reduce((product, yes, index) => product * (yes ? (shares[index] ?? 0) : 1 - (shares[index] ?? 0)), 1);
    return {
      levels: agrees.map((yes) => (yes ? 1 : 2)),
      rarity: { household: 0, personal: 0, names: 0 },
      pairs: matches * share(M) + strangers * share(U),
    };
  });
}

describe('training without labels', () => {
  const found = patterns(10_000, 990_000);
  const random = patterns(6_000, 594_000);
  const start = startingParameters(FIELDS, random, 0.001);
  const { parameters, rounds } = estimate(FIELDS, { candidates: found, random, of: 1_000_000 }, start);

  test('finds the shares that the pairs were made with', () => {
    for (const [index, m] of M.entries()) expect(parameters.m[index]?.[0]).toBeCloseTo(m, 2);
    for (const [index, u] of U.entries()) expect(parameters.u[index]?.[0]).toBeCloseTo(u, 3);
  });

  test('finds how many pairs are of one person', () => {
    expect(parameters.prior).toBeGreaterThan(0.0098);
    expect(parameters.prior).toBeLessThan(0.0102);
  });

  test('ends before its last round, and the changes fall', () => {
    expect(rounds.length).toBeLessThan(200);
    expect(rounds.at(-1)?.change).toBeLessThan(1e-5);
  });

  test('gives the same parameters for the same pairs', () => {
    expect(estimate(FIELDS, { candidates: found, random, of: 1_000_000 }, start).parameters).toEqual(parameters);
  });

  test('without any pair stays with what is expected', () => {
    const none = estimate(FIELDS, { candidates: [], random: [], of: 0 }, startingParameters(FIELDS, [], 0.1));
    expect(none.parameters.m[0]?.[0]).toBeCloseTo(0.8, 6);
    expect(Number.isFinite(none.parameters.prior)).toBe(true);
  });
});

describe('a weight', () => {
  test('adds up what the fields say, from the prior on', () => {
    const fields = FIELDS.slice(0, 2);
    const parameters = {
      prior: 0.01,
      kin: 1e-12,
      namesakes: 1e-12,
      m: [
        [0.9, 0.1],
        [0.8, 0.2],
      ],
      u: [
        [0.1, 0.9],
        [0.2, 0.8],
      ],
      dependence: [undefined, undefined],
    };
    const evidence = new FieldWeights(fields, parameters).sum([1, 2]);
    const weight = weightOf(evidence, priorWeights(parameters));
    expect(weight).toBeCloseTo(Math.log2(0.01 / 0.99) + Math.log2(9) + Math.log2(0.25), 6);
    expect(probabilityOf(weight)).toBeCloseTo(1 / (1 + 2 ** -weight), 12);
  });

  test('of what a household shares counts for no more than that they are relatives', () => {
    const fields = [field('address', true), field('given_name')];
    const parameters = {
      prior: 0.001,
      kin: 0.001,
      namesakes: 1e-12,
      m: [
        [0.99, 0.01],
        [0.9, 0.1],
      ],
      u: [
        [1e-6, 1 - 1e-6],
        [0.01, 0.99],
      ],
      dependence: [undefined, undefined],
    };
    const weigh = (levels: readonly number[]): number =>
      weightOf(new FieldWeights(fields, parameters).sum(levels), priorWeights(parameters));
    expect(weigh([1, 2])).toBeLessThan(-2);
    expect(weigh([1, 1])).toBeGreaterThan(4);
  });
});
