/** How weights are read as probabilities: log odds in bits are `shift + slope * weight`. */
export interface Calibration {
  readonly shift: number;
  readonly slope: number;
  /** Participants that it was learnt from. */
  readonly from: number;
  /** The share of them whose best candidate is the person; of the residue, once it is for these: what is thought of it. */
  readonly share: number;
}

/** Fewer say nothing that the model does not. */
const ENOUGH = 200;
/** How firmly the model's own reading is believed; in participants. */
const BELIEF = 20;
/** It is never quite sure that PDS knows everybody. */
const MOST_KNOWN = 0.95;
const ROUNDS = 30;
const MOST = 60;

/**
 * Learns from participants whose person is known how weights of best candidates are to be read (logistic regression, held
 * near `shift` 0 and `slope` 1, which is to take the model at its word). `correct` is 1 where the best candidate is the
 * person. Newton's method from a fixed start, so that the same samples give the same numbers.
 */
export function calibrate(weight: Float64Array, correct: Float64Array): Calibration {
  const from = weight.length;
  const share = from === 0 ? 0 : correct.reduce((sum, each) => sum + each, 0) / from;
  if (from < ENOUGH) return { shift: 0, slope: 1, from, share };
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
  return { shift: Number(shift.toFixed(6)), slope: Number(slope.toFixed(6)), from, share };
}

/**
 * Of a residue more are known to PDS than of samples half of which have no record in it, so that a weight is worth more
 * there. How many, the weights of the residue tell, best candidates each (`weight`), and `without` any: the share that
 * explains them best, by expectation and maximisation (Saerens, Latinne and Decaestecker, 2002). It is never thought to be
 * greater than {@link MOST_KNOWN}, nor less than in the samples.
 */
export function calibratedFor(
  { shift, slope, from, share }: Calibration,
  weight: Float64Array,
  without: number,
): Calibration {
  const odds = (of: number): number => Math.log2(of / (1 - of));
  if (from < ENOUGH || weight.length + without < ENOUGH || share <= 0 || share >= MOST_KNOWN) {
    return { shift, slope, from, share };
  }
  let known = share;
  for (let round = 0; round < ROUNDS; round += 1) {
    const more = odds(known) - odds(share);
    let sum = 0;
    for (const each of weight) sum += 1 / (1 + 2 ** -(shift + more + slope * Math.max(-MOST, Math.min(MOST, each))));
    const next = Math.min(MOST_KNOWN, Math.max(share, sum / (weight.length + without)));
    if (Math.abs(next - known) < 1e-6) break;
    known = next;
  }
  return {
    shift: Number((shift + odds(known) - odds(share)).toFixed(6)),
    slope,
    from,
    share: Number(known.toFixed(6)),
  };
}
