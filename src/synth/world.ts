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

/** The blocks of those whom the world began with. */
export function blockCount(world: World): number {
  return Math.ceil(world.people / BLOCK);
}

/** Of a hundred people, those who are born or move in each year. */
const NEWCOMERS_OF_100 = 2.2;

/** How many are born or move in each year after the epoch: evenly, one after the other. */
export function newcomersPerYear({ people }: World): number {
  return Math.max(1, Math.round((people * NEWCOMERS_OF_100) / 100));
}

/** The index of the first newcomer: after the last place of the last block. */
export function firstNewcomer(world: World): number {
  return blockCount(world) * BLOCK;
}

/** How many have come by `asAt`; the n-th, from 0, comes on day 1 + n × 365.25 / {@link newcomersPerYear} after the epoch. */
export function newcomerCount(world: World): number {
  return Math.ceil(((world.asAt - world.epoch) * 100 * newcomersPerYear(world)) / 36_525);
}

/** How many NHS numbers the world needs. */
export function numberCount(world: World): number {
  return (blockCount(world) + Math.ceil(newcomerCount(world) / BLOCK)) * NUMBERS_PER_BLOCK;
}
