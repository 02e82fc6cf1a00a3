/** How weights are read as probabilities: log odds in bits are `shift + slope * weight`. */
export interface Calibration {
  readonly shift: number;
  readonly slope: number;
  /** Participants that it was learnt from. */
  readonly from: number;
}

/** Fewer say nothing that the model does not. */
const ENOUGH = 200;
/** How firmly the model's own reading is believed; in participants. */
const BELIEF = 20;
const ROUNDS = 30;
const MOST = 60;

/**
 * Learns from participants whose person is known how weights of best candidates are to be read (logistic regression, held
 * near `shift` 0 and `slope` 1, which is to take the model at its word). `correct` is 1 where the best candidate is the
 * person. Newton's method from a fixed start, so that the same samples give the same numbers.
 */
export function calibrate(weight: Float64Array, correct: Float64Array): Calibration {
  const from = weight.length;
  if (from < ENOUGH) return { shift: 0, slope: 1, from };
  let [shift, slope] = [0, 1];
  for (let round = 0; round < ROUNDS; round += 1) {
    let [g0, g1, h00, h01, h11] = [-BELIEF * shift, -BELIEF * (slope - 1), BELIEF, 0, BELIEF];
    for (let index = 0; index < from; index += 1) {
      const w = Math.max(-MOST, Math.min(MOST, weight[index] ?? 0));
      const p = 1 / (1 + 2 ** -(shift + slope * w));
      const [error, spread] = [(correct[index] ?? 0) - p, p * (1 - p)];
      g0 += error;
      g1 += error * w;
      h00 += spread;
      h01 += spread * w;
      h11 += spread * w * w;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [d0, d1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    shift += Math.max(-5, Math.min(5, d0));
    slope = Math.max(0.05, slope + Math.max(-0.5, Math.min(0.5, d1)));
    if (Math.abs(d0) + Math.abs(d1) < 1e-9) break;
  }
  return { shift: Number(shift.toFixed(6)), slope: Number(slope.toFixed(6)), from };
}
