import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBeyondChance } from '../../src/disclosure/beyond-chance.ts';

/** The exact tail P(X ≥ hits) of the binomial distribution with probability 1/denominator, as a ratio of integers. */
function tail(hits: number, tries: number, denominator: number): { readonly above: bigint; readonly below: bigint } {
  const miss = BigInt(denominator - 1);
  let ways = 1n;
  let above = 0n;
  for (let k = 0; k <= tries; k += 1) {
    if (k >= hits) above += ways * miss ** BigInt(tries - k);
    ways = (ways * BigInt(tries - k)) / BigInt(k + 1);
  }
  return { above, below: BigInt(denominator) ** BigInt(tries) };
}

function isRarerThanOneInAMillion(hits: number, tries: number, denominator: number): boolean {
  const { above, below } = tail(hits, tries, denominator);
  return above * 1_000_000n < below;
}

test('agrees with the exact tail of the binomial distribution', () => {
  let beyond = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 20 }),
      fc.constantFrom(2, 11, 20),
      (tries, share, denominator) => {
        const hits = Math.min(tries, Math.round((tries * share) / 20));
        const exact = isRarerThanOneInAMillion(hits, tries, denominator);
        if (exact) beyond += 1;
        expect(isBeyondChance(hits, tries, 1 / denominator)).toBe(exact);
      },
    ),
    { numRuns: 300 },
  );
  expect(beyond).toBeGreaterThan(50);
});

test.each([
  [11, 1],
  [11, 10],
  [11, 100],
  [11, 1_000],
  [11, 3_000],
  [20, 400],
])('agrees at the very edge, with one in %i and %i tries', (denominator, tries) => {
  let [least, most] = [0, tries + 1];
  while (most - least > 1) {
    const middle = (least + most) >> 1;
    if (isRarerThanOneInAMillion(middle, tries, denominator)) most = middle;
    else least = middle;
  }
  expect(isBeyondChance(least, tries, 1 / denominator)).toBe(false);
  if (most <= tries) expect(isBeyondChance(most, tries, 1 / denominator)).toBe(true);
});

test('six numbers of six that pass the check digit are no chance, and five are', () => {
  expect(isBeyondChance(6, 6, 1 / 11)).toBe(true);
  expect(isBeyondChance(5, 5, 1 / 11)).toBe(false);
});

test('nothing is beyond chance where there is nothing', () => {
  expect(isBeyondChance(0, 0, 1 / 11)).toBe(false);
  expect(isBeyondChance(0, 100_000, 1 / 11)).toBe(false);
});

test('millions of tries take no time', () => {
  const started = performance.now();
  expect(isBeyondChance(1_818_181, 20_000_000, 1 / 11)).toBe(false);
  expect(isBeyondChance(1_840_000, 20_000_000, 1 / 11)).toBe(true);
  expect(performance.now() - started).toBeLessThan(1_000);
});
