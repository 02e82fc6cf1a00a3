import { bits, draw, exponential } from './draw.ts';
import { PLACE_BITS, PRACTICES_PER_OUTCODE } from './places.ts';
import { add, all, lookUp, type Step } from './sql.ts';
import type { World } from './world.ts';

const YEARS_IN_A_HOME = 9;

/** Adds where the household first lived, and when it moved and will move. Needs `household_id`. */
export function household({ seed, epoch }: World): Step {
  return add({
    household_draw: draw(seed, 'household', 'household_id'),
    place: bits(draw(seed, 'place', 'household_id'), 0, PLACE_BITS),
    moved: `(${epoch} - ${exponential(draw(seed, 'moved', 'household_id'))} * ${YEARS_IN_A_HOME} * 365)::INTEGER`,
    moves_on: `(${epoch + 1} + ${exponential(draw(seed, 'moves-on', 'household_id'))} * ${YEARS_IN_A_HOME} * 365)::INTEGER`,
  });
}

/** Adds `heritage`, which a household has by the mixture of the place where it first lived. */
export function heritage(): Step {
  return all(
    lookUp(['outcodes', 'place', { _mixture: 'mixture' }]),
    lookUp(['heritages', `_mixture * 1024 + ${bits('household_draw', 22, 10)}`, { heritage: 'heritage' }]),
  );
}

/**
 * Adds `practice` and `practitioner`: one of the two practices of the outcode where the person lives; a household mostly
 * has the same. Slots from `special` on, if any, are codes that stand for no practice.
 */
export function practice({ seed }: World, special?: string): Step {
  const choice = `(${bits('household_draw', 45, 1)} + (${bits('practice_draw', 0, 4)} = 0)::INTEGER) % ${PRACTICES_PER_OUTCODE}`;
  const key = `outcode_id * ${PRACTICES_PER_OUTCODE} + ${choice}`;
  return all(
    add({ practice_draw: draw(seed, 'practice', 'person_id') }),
    lookUp([
      'practices',
      special === undefined ? key : `coalesce(${special}, ${key})`,
      {
        practice: 'practice',
        practitioner: 'practitioner',
      },
    ]),
  );
}
