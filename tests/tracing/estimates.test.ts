import { describe, expect, test } from 'vitest';
import { calibrate, calibratedFor } from '../../src/linkage/trace/calibrate.ts';
import { traceEstimates, wilson } from '../../src/linkage/trace-quality/estimates.ts';
import { publishedCount } from '../../src/linkage/trace-quality/published-count.ts';

describe('estimates of a trace', () => {
  test('say what the counts of a known truth are', () => {
    // Of 1,000 whom no number found PDS knows 600; it links 90 % of those rightly, 1 % wrongly, and 2 % of the others.
    const probe = { heldOut: 10_000, right: 9000, wrong: 100, decoys: 10_000, linked: 200 };
    const linked = 600 * 0.91 + 400 * 0.02;
    const found = traceEstimates(probe, { certain: 9000, residue: 1000, linked });
    expect(found?.residueInPds).toBeCloseTo(0.6, 3);
    expect(found?.precision.value).toBeCloseTo(1 - 14 / (9000 + linked), 4);
    expect(found?.recall.value).toBeCloseTo((9000 + 540) / 9600, 4);
    for (const { low, value, high } of [found?.precision, found?.recall].flatMap((each) => each ?? [])) {
      expect(low).toBeLessThanOrEqual(value);
      expect(value).toBeLessThanOrEqual(high);
    }
  });

  test('are not made of few', () => {
    const probe = { heldOut: 99, right: 99, wrong: 0, decoys: 99, linked: 0 };
    expect(traceEstimates(probe, { certain: 200, residue: 10, linked: 5 })).toBeUndefined();
  });

  test('have Wilson’s interval, which does not shrink to nothing where nothing went wrong', () => {
    expect(wilson(0, 100).high).toBeCloseTo(0.037, 3);
    expect(wilson(0, 0)).toEqual({ value: 0, low: 0, high: 1 });
  });
});

test('calibration takes the model at its word where few are known, and finds the odds where many are', () => {
  expect(calibrate(new Float64Array(50), new Float64Array(50))).toEqual({
    shift: 0,
    slope: 1,
    from: 50,
    share: 0,
  });
  // Weights that promise twice the log odds that they should.
  const weight = Float64Array.from({ length: 20_000 }, (_, index) => (index % 41) - 20);
  const correct = weight.map((w, index) => ((index * 7919) % 1000 < 1000 / (1 + 2 ** (-w / 2)) ? 1 : 0));
  const { shift, slope } = calibrate(weight, correct);
  expect(slope).toBeCloseTo(0.5, 1);
  expect(Math.abs(shift)).toBeLessThan(0.2);
});

describe('calibration for a residue', () => {
  /** Weights of so many who are the person, around 12, and of so many who are not, around -2, the same for each. */
  const weights = (right: number, wrong: number): Float64Array =>
    Float64Array.from({ length: right + wrong }, (_, index) => (index < right ? 12 : -2) + ((index * 7919) % 13) - 6);
  const learnt = calibrate(
    weights(1000, 1000),
    Float64Array.from({ length: 2000 }, (_, index) => (index < 1000 ? 1 : 0)),
  );

  test.each([0.6, 0.8, 0.9])('finds that %d of it are known to PDS, and moves the odds by that alone', (share) => {
    const [right, wrong] = [Math.round(5000 * share), Math.round(2500 * (1 - share))];
    // As many have no candidate at all as have a wrong one.
    const found = calibratedFor(learnt, weights(right, wrong), Math.round(2500 * (1 - share)));
    expect(found.share).toBeCloseTo(share, 1);
    expect(found.shift - learnt.shift).toBeCloseTo(Math.log2(found.share / (1 - found.share)), 1);
    expect(found.slope).toBe(learnt.slope);
  });

  test('is never surer than that PDS lacks one of twenty, nor less sure than where it lacks every other', () => {
    expect(calibratedFor(learnt, weights(5000, 0), 0).share).toBe(0.95);
    expect(calibratedFor(learnt, weights(0, 5000), 5000)).toEqual(learnt);
    expect(calibratedFor(learnt, weights(50, 0), 0)).toEqual(learnt);
  });
});

test('counts are published as the HES analysis guide has it', () => {
  expect([0, 1, 7, 8, 12, 13, 1002].map(publishedCount)).toEqual([0, '*', '*', 10, 10, 15, 1000]);
});
