import { bits, draw, exponential } from './draw.ts';
import { PLACE_BITS, POSTCODES_PER_OUTCODE, PRACTICES_PER_OUTCODE } from './places.ts';
import { add, all, drop, lookUp, type Sql, type Step } from './sql.ts';
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

/**
 * Where the household lives on a day: adds `residence`, a key of the dwelling, and with it `outcode_id`, `postcode_id`
 * and what the outcode says. Households move at `moved` and again, perhaps in the future, at `moves_on`; four in five
 * stay nearby. Needs the columns of a household.
 */
export function residenceOn(seed: number, day: Sql): Step {
  return all(
    add({ _move: `(${day} >= moved)::INTEGER + (${day} >= moves_on)::INTEGER` }),
    add({ residence: 'household_id::BIGINT * 4 + _move' }),
    add({ residence_draw: draw(seed, 'residence', 'residence') }),
    add({
      _place: `CASE WHEN _move = 0 THEN place WHEN ${bits('residence_draw', 0, 4)} < 13
        THEN (place + ${bits('residence_draw', 4, 5)} + ${2 ** PLACE_BITS - 16}) % ${2 ** PLACE_BITS}
        ELSE ${bits('residence_draw', 9, PLACE_BITS)} END`,
      _postcode: `${bits('residence_draw', 23, 16)} % ${POSTCODES_PER_OUTCODE}`,
    }),
    lookUp(
      [
        'outcodes',
        '_place',
        {
          outcode_id: 'outcode_id',
          outcode: 'outcode',
          padded: 'padded',
          town: 'town',
          county: 'county',
          trust: 'trust',
        },
      ],
      ['inward_codes', '_postcode', { inward: 'inward' }],
    ),
    add({ postcode_id: `outcode_id * ${POSTCODES_PER_OUTCODE} + _postcode` }),
    drop('_move', '_place', '_postcode'),
  );
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
 * has the same. Where `special` is not null, it is the slot of a code that stands for no practice.
 */
export function practice({ seed }: World, special?: Sql): Step {
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
