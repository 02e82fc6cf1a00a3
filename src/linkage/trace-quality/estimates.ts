/** A share with what it could as well be, at 95 %. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What became of participants whose person is known, when their number was withheld. */
export interface Probe {
  /** With their own record among the candidates. */
  readonly heldOut: number;
  readonly right: number;
  readonly wrong: number;
  /** Without it: every link is an error. */
  readonly decoys: number;
  readonly linked: number;
}

/** How good a trace is thought to be. */
export interface TraceEstimates {
  /** Of all links, the share that are right; those by number, or that people decided, count as right. */
  readonly precision: Estimate;
  /** Of the links that rest on likeness alone. */
  readonly precisionOfProbabilistic: Estimate;
  /** Of all participants whom PDS knows, the share that were linked. */
  readonly recall: Estimate;
  /** Of those whom no number found, the share whom PDS is thought to know. */
  readonly residueInPds: number;
}

/** Fewer say too little of a rate to be given out. */
const ENOUGH = 100;

/**
 * Precision and recall without labels. The probes give the rates at which the probabilistic step links somebody whom PDS
 * knows, rightly (r) and wrongly (w), and somebody whom it does not know (f). Of a residue of R of whom L were linked,
 * a share s is known to PDS where L / R = s (r + w) + (1 - s) f. The interval takes every rate at the end of its own
 * (Wilson) that is worse, or better. Those who were found by number are better described than the residue is: recall of
 * the residue is rather lower than that of the probes.
 */
export function traceEstimates(
  probe: Probe,
  { certain, residue, linked }: { readonly certain: number; readonly residue: number; readonly linked: number },
): TraceEstimates | undefined {
  if (probe.heldOut < ENOUGH || probe.decoys < ENOUGH) return undefined;
  const right = wilson(probe.right, probe.heldOut);
  const wrong = wilson(probe.wrong, probe.heldOut);
  const false_ = wilson(probe.linked, probe.decoys);
  const at = (r: number, w: number, f: number) => {
    const rate = residue === 0 ? 0 : linked / residue;
    const known = Math.min(1, Math.max(0, r + w - f > 1e-9 ? (rate - f) / (r + w - f) : 1));
    const errors = Math.min(linked, residue * (known * w + (1 - known) * f));
    return {
      known,
      probabilistic: linked === 0 ? 1 : 1 - errors / linked,
      precision: certain + linked === 0 ? 1 : 1 - errors / (certain + linked),
      recall: (certain + linked - errors) / Math.max(1, certain + Math.max(residue * known, linked - errors)),
    };
  };
  const best = at(right.value, wrong.value, false_.value);
  const low = at(right.low, wrong.high, false_.high);
  const high = at(right.high, wrong.low, false_.low);
  const estimate = (of: 'precision' | 'probabilistic' | 'recall'): Estimate => {
    const ends = [low[of], best[of], high[of]];
    return { value: rounded(best[of]), low: rounded(Math.min(...ends)), high: rounded(Math.max(...ends)) };
  };
  return {
    precision: estimate('precision'),
    precisionOfProbabilistic: estimate('probabilistic'),
    recall: estimate('recall'),
    residueInPds: rounded(best.known),
  };
}

/** Wilson's interval of a rate, at 95 %. */
export function wilson(hits: number, tries: number): Estimate {
  if (tries === 0) return { value: 0, low: 0, high: 1 };
  const z = 1.96;
  const p = hits / tries;
  const middle = (p + z ** 2 / (2 * tries)) / (1 + z ** 2 / tries);
  const reach = (z / (1 + z ** 2 / tries)) * Math.sqrt((p * (1 - p)) / tries + z ** 2 / (4 * tries ** 2));
  return { value: p, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

function rounded(share: number): number {
  return Number(share.toFixed(5));
}
