/** A release has hundreds of columns and a custodian thousands of releases: a false alarm must be rarer than this. */
const SIGNIFICANCE = 1e-6;

/** Whether `hits` of `tries` are more than chance explains where each try hits with `probability` (binomial tail). */
export function isBeyondChance(hits: number, tries: number, probability: number): boolean {
  if (hits <= tries * probability) return false;
  let tail = 0;
  // From the least likely term upwards: the first terms decide, and the sum can stop once it is too large.
  for (let k = hits; k <= tries; k += 1) {
    const term = Math.exp(logChoose(tries, k) + k * Math.log(probability) + (tries - k) * Math.log1p(-probability));
    tail += term;
    if (tail >= SIGNIFICANCE || term < SIGNIFICANCE * 1e-6) break;
  }
  return tail < SIGNIFICANCE;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Stirling's series; exact enough from one on. */
function logFactorial(n: number): number {
  if (n < 2) return 0;
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3);
}
