import type { Comparison } from '../compare/comparison.ts';
import { memberships } from './expectation-maximisation.ts';
import type { Dependence, Parameters } from './parameters.ts';
import type { Pattern } from './pattern.ts';

/** Pairs that agree on a key of one field, as a sample of all pairs that do. */
export interface Stratum {
  /** The comparison of that field. */
  readonly comparison: number;
  readonly patterns: readonly Pattern[];
}

/** How many pairs the shares without dependence count for: what was seen too rarely changes little. */
const INDEPENDENT_PAIRS = 20;
/** Less than this many bits of surprise is left to independence. */
const LEAST_LIFT = 0.3;

/**
 * Measures which fields agree together among pairs of different people, more often than chance would have it: neighbours
 * share outcode, town and county, and one must not be counted three times. Such fields form a tree, each with one
 * parent at most (Chow and Liu, 1968), by the strongest ties; the shares of a field's levels are then measured for each
 * level of its parent. Only fields that have a common cause are looked at: between others, what true pairs look like
 * together can't be told from dependence.
 */
export function measureDependence(
  comparisons: readonly Comparison[],
  parameters: Parameters,
  random: readonly Pattern[],
  strata: readonly Stratum[],
): (Dependence | undefined)[] {
  const together = jointCounts(comparisons, parameters, random, strata);
  const ties: { a: number; b: number; lift: number }[] = [];
  for (const [a, first] of comparisons.entries()) {
    for (const [b, second] of comparisons.entries()) {
      if (b <= a || !haveCommonCause(first, second)) continue;
      const lift = Math.max(liftOf(a, b), liftOf(b, a));
      if (lift > LEAST_LIFT) ties.push({ a, b, lift });
    }
  }
  ties.sort((x, y) => y.lift - x.lift || x.a - y.a || x.b - y.b);
  const parents = treeOf(ties, comparisons.length, (index) => parameters.u[index]?.[agreeing(index)] ?? 1);
  return parents.map((parent, index) => (parent === undefined ? undefined : dependenceOn(parent, index)));

  /** The level at which a field agrees: the first with a rarity, or the first. */
  function agreeing(index: number): number {
    return Math.max(
      0,
      comparisons[index]?.levels.findIndex(({ label }) => label === 'exact' || label === 'equal') ?? 0,
    );
  }

  function sharesGiven(parent: number, child: number): number[][] {
    return (together[parent] ?? []).map((byField) => {
      const seen = byField[child] ?? [];
      const sum = seen.reduce((total, share) => total + share, 0) + INDEPENDENT_PAIRS;
      return seen.map((share, level) => (share + INDEPENDENT_PAIRS * (parameters.u[child]?.[level] ?? 0)) / sum);
    });
  }

  function liftOf(parent: number, child: number): number {
    const given = sharesGiven(parent, child)[agreeing(parent)]?.[agreeing(child)] ?? 1;
    return Math.log2(given / (parameters.u[child]?.[agreeing(child)] ?? 1));
  }

  function dependenceOn(parent: number, child: number): Dependence {
    const u = sharesGiven(parent, child);
    const chance = parameters.u[child]?.[agreeing(child)] ?? 0;
    const copied = u.map((shares) =>
      Math.min(0.999, Math.max(0, ((shares[agreeing(child)] ?? 0) - chance) / (1 - chance))),
    );
    return { parent, copied, u };
  }
}

/** Whether strangers can agree on both fields for one reason. */
export function haveCommonCause({ cause }: Comparison, other: Comparison): boolean {
  return cause !== undefined && cause === other.cause;
}

/** [parent][its level][child][its level]: pairs of different people, each level from the sample that has more of it. */
function jointCounts(
  comparisons: readonly Comparison[],
  parameters: Parameters,
  random: readonly Pattern[],
  strata: readonly Stratum[],
): number[][][][] {
  const empty = (): number[][][][] =>
    comparisons.map((parent) => parent.levels.map(() => comparisons.map((child) => child.levels.map(() => 0))));
  const membership = memberships(comparisons, parameters);
  const [byChance, byStratum] = [empty(), empty()];
  const add = (into: number[][][][], parent: number, pattern: Pattern): void => {
    const level = pattern.levels[parent] ?? 0;
    const rows = into[parent]?.[level - 1];
    if (level === 0 || rows === undefined) return;
    const share = pattern.pairs * membership(pattern).strangers;
    for (const [child, childLevel] of pattern.levels.entries()) {
      const shares = rows[child];
      if (childLevel > 0 && shares !== undefined) shares[childLevel - 1] = (shares[childLevel - 1] ?? 0) + share;
    }
  };
  for (const pattern of random) for (const index of comparisons.keys()) add(byChance, index, pattern);
  for (const { comparison, patterns } of strata) for (const pattern of patterns) add(byStratum, comparison, pattern);
  const total = (rows: number[][] | undefined, parent: number): number =>
    (rows?.[parent] ?? []).reduce((sum, share) => sum + share, 0);
  return byChance.map((levels, parent) =>
    levels.map((rows, level) => {
      const other = byStratum[parent]?.[level];
      return other !== undefined && total(other, parent) > total(rows, parent) ? other : rows;
    }),
  );
}

/** A forest of the strongest ties; the rarest to agree by chance is the root of each tree. */
function treeOf(
  ties: readonly { readonly a: number; readonly b: number }[],
  size: number,
  chance: (index: number) => number,
): (number | undefined)[] {
  const trees = Array.from({ length: size }, (_, index) => index);
  const neighbours: number[][] = trees.map(() => []);
  for (const { a, b } of ties) {
    const [first, second] = [trees[a], trees[b]];
    if (first === second) continue;
    for (const [index, tree] of trees.entries()) if (tree === second) trees[index] = first ?? index;
    neighbours[a]?.push(b);
    neighbours[b]?.push(a);
  }
  const parents: (number | undefined)[] = trees.map(() => undefined);
  const seen = new Set<number>();
  const roots = [...trees.keys()].sort((x, y) => chance(x) - chance(y) || x - y);
  const visit = (index: number): void => {
    seen.add(index);
    for (const next of neighbours[index] ?? []) {
      if (seen.has(next)) continue;
      parents[next] = index;
      visit(next);
    }
  };
  for (const root of roots) if (!seen.has(root)) visit(root);
  return parents;
}
