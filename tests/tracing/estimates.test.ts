import { describe, expect, test } from 'vitest';
import { calibrate } from '../../src/linkage/trace/calibrate.ts';
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
  expect(calibrate(new Float64Array(50), new Float64Array(50))).toEqual({ shift: 0, slope: 1, from: 50 });
  // Weights that promise twice the log odds that they should.
  const weight = Float64Array.from({ length: 20_000 }, (_, index) => (index % 41) - 20);
  const correct = weight.map((w, index) => ((index * 7919) % 1000 < 1000 / (1 + 2 ** (-w / 2)) ? 1 : 0));
  const { shift, slope } = calibrate(weight, correct);
  expect(slope).toBeCloseTo(0.5, 1);
  expect(Math.abs(shift)).toBeLessThan(0.2);
});

test('counts are published as the HES analysis guide has it', () => {
  expect([0, 1, 7, 8, 12, 13, 1002].map(publishedCount)).toEqual([0, '*', '*', 10, 10, 15, 1000]);
});
