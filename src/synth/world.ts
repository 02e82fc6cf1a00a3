import { BLOCK } from './households.ts';

/**
 * A made-up England. Everybody's whole life, deaths and moves still to come included, is a function of the seed, the
 * person's index and the epoch; `asAt` only decides how much of it can be known. So a world that is moved forward
 * keeps its past: the same seed, people and epoch with a later `asAt`.
 */
export interface World {
  readonly seed: number;
  readonly people: number;
  /** The day for which the ages of the people are right, as a day number: days since 1970-01-01. */
  readonly epoch: number;
  /** The last day that the files know of. */
  readonly asAt: number;
}

/** Numbers that a block of people uses: one each, three for old records, one that nobody has. */
export const NUMBERS_PER_BLOCK = BLOCK + 4;
export const FIRST_OLD_NUMBER = BLOCK;
export const UNKNOWN_NUMBER = BLOCK + 3;

export function blockCount(world: World): number {
  return Math.ceil(world.people / BLOCK);
}

/** How many NHS numbers the world needs. */
export function numberCount(world: World): number {
  return blockCount(world) * NUMBERS_PER_BLOCK;
}
