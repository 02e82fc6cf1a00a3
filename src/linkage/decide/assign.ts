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
