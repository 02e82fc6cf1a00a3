/**
 * People are dealt into this many slices, whatever the size of the data or of memory, so that the order of an output
 * does not depend on how many passes made it, and several machines can share one release.
 */
export const SLICES = 64;

/** Slices `from` to `to - 1`. */
export interface SliceRange {
  readonly from: number;
  readonly to: number;
}

export const ALL_SLICES: SliceRange = { from: 0, to: SLICES };

/** A prime near a million: the nine digits before the check digit modulo this, times a keyed number, modulo it again. */
export const SLICE_PRIME = 999_983;
