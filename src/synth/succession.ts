import { bits, chance, draw } from './draw.ts';
import { BLOCK } from './households.ts';
import { add, all, type Sql, type Step } from './sql.ts';
import {
  blockCount,
  FIRST_OLD_NUMBER,
  firstNewcomer,
  NUMBERS_PER_BLOCK,
  newcomerCount,
  UNKNOWN_NUMBER,
  type World,
} from './world.ts';

/**
 * In these blocks, where they exist, two old records replace each other: a cycle that leads to nobody. The spine has
 * no such thing; an extract that was made while numbers were merged may.
 */
const CYCLIC_BLOCKS = [3, 50, 700, 9_000, 110_000];

/** Old numbers per block. They belong to three people, to two or to one: then they form a chain. */
const OLD_NUMBERS = 3;

/** Adds `block` and `seat`; how many old numbers the person has, `owned`, the place of the first among the block's, and `cyclic`. */
export function oldNumbers(world: World): Step {
  const { seed } = world;
  const kind = bits('_merges', 0, 4);
  const cyclicBlock = `(${CYCLIC_BLOCKS.map((block) => `block = ${block}`).join(' OR ')})`;
  return all(
    add({ block: `person_id // ${BLOCK}`, seat: `person_id % ${BLOCK}` }),
    add({ _merges: draw(seed, 'merges', 'block') }),
    add({
      _chain: `CASE WHEN ${cyclicBlock} THEN 2 WHEN ${kind} < 11 THEN 1 WHEN ${kind} < 15 THEN 2 ELSE 3 END`,
      _owner: `${bits('_merges', 4, 16)} % ${BLOCK}`,
    }),
    add({
      // Whoever came after the epoch has one number, the first.
      owned: `CASE ${newcomerCount(world) === 0 ? '' : `WHEN person_id >= ${firstNewcomer(world)} THEN 0 `}WHEN seat = _owner THEN _chain WHEN _chain < 3 AND seat = (_owner + 37) % ${BLOCK} THEN 1
        WHEN _chain = 1 AND seat = (_owner + 71) % ${BLOCK} THEN 1 ELSE 0 END`,
      first_owned: `CASE WHEN seat = _owner THEN 0 WHEN seat = (_owner + 37) % ${BLOCK} THEN _chain ELSE ${OLD_NUMBERS - 1} END`,
      cyclic: `seat = _owner AND ${cyclicBlock}`,
    }),
  );
}

/** The index of a person's own number. */
export const OWN_NUMBER: Sql = `block::BIGINT * ${NUMBERS_PER_BLOCK} + seat`;

/** The index of the person's old number of that place, from 0. */
export function oldNumber(nth: Sql): Sql {
  return `block::BIGINT * ${NUMBERS_PER_BLOCK} + ${FIRST_OLD_NUMBER} + first_owned + ${nth}`;
}

/** The index of a well-formed number that PDS does not know; each block has one. */
export function unknownNumber(world: World, drawn: Sql): Sql {
  return `(${drawn} % ${blockCount(world)})::BIGINT * ${NUMBERS_PER_BLOCK} + ${UNKNOWN_NUMBER}`;
}

/** The day on which the old number was merged into the next; one in twenty-five is a duplicate not found yet. */
export function mergedOn({ seed, epoch }: World, oldNumberIndex: Sql): Sql {
  const merge = draw(seed, 'merge', oldNumberIndex);
  return `(CASE WHEN ${chance(merge, 0, 0.04)} THEN ${epoch + 1} + ${bits(merge, 14, 10)} ELSE ${epoch} - ${bits(merge, 14, 12)} END)`;
}
