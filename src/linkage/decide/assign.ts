import type { WeightedPairs } from './cluster.ts';

/**
 * One partner at most for each record: from the heaviest pair on, whoever is still free. What comes out are the pairs
 * that are each other's best, then those that are it among the rest, and so on. Equal weights go by row number; `pairs`
 * must come in that order: heaviest first, then by `a`, then by `b`.
 */
export function assignOneToOne(pairs: WeightedPairs, leftRows: number, rightRows: number): Uint8Array {
  const takenA = new Uint8Array(leftRows);
  const takenB = new Uint8Array(rightRows);
  const chosen = new Uint8Array(pairs.weight.length);
  for (let index = 0; index < chosen.length; index += 1) {
    const [a = 0, b = 0] = [pairs.a[index], pairs.b[index]];
    if (takenA[a] === 1 || takenB[b] === 1) continue;
    takenA[a] = 1;
    takenB[b] = 1;
    chosen[index] = 1;
  }
  return chosen;
}

/**
 * Takes back what was chosen though another partner is as likely: where the odds of a link against all else, its best
 * rival included, do not reach the threshold. A rival whose own partner is better than it would be is none. To link by
 * chance is worse than not to link; the pair stays among those that can be looked at.
 */
export function refuseClose(
  pairs: WeightedPairs,
  chosen: Uint8Array,
  leftRows: number,
  rightRows: number,
  threshold: number,
): void {
  const none = Number.NEGATIVE_INFINITY;
  const [ofA, ofB] = [new Float64Array(leftRows).fill(none), new Float64Array(rightRows).fill(none)];
  const [rivalOfA, rivalOfB] = [new Float64Array(leftRows).fill(none), new Float64Array(rightRows).fill(none)];
  const each = (see: (a: number, b: number, weight: number, isChosen: boolean, index: number) => void): void => {
    for (let index = 0; index < chosen.length; index += 1) {
      see(pairs.a[index] ?? 0, pairs.b[index] ?? 0, pairs.weight[index] ?? none, chosen[index] === 1, index);
    }
  };
  each((a, b, weight, isChosen) => {
    if (!isChosen) return;
    ofA[a] = weight;
    ofB[b] = weight;
  });
  each((a, b, weight, isChosen) => {
    if (isChosen) return;
    if ((ofB[b] ?? none) <= weight) rivalOfA[a] = Math.max(rivalOfA[a] ?? none, weight);
    if ((ofA[a] ?? none) <= weight) rivalOfB[b] = Math.max(rivalOfB[b] ?? none, weight);
  });
  each((a, b, weight, isChosen, index) => {
    const rival = Math.max(rivalOfA[a] ?? none, rivalOfB[b] ?? none);
    if (isChosen && -Math.log2(2 ** -weight + 2 ** (rival - weight)) < threshold) chosen[index] = 0;
  });
}
