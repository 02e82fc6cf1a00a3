import { bits, chance, draw } from './draw.ts';
import { nhsNumber, nhsNumberText } from './nhs-numbers.ts';
import { add, repeat, type Sql, select, through } from './sql.ts';
import { OWN_NUMBER, oldNumber, oldNumbers } from './succession.ts';
import { NUMBERS_PER_BLOCK, numberCount, UNKNOWN_NUMBER, type World } from './world.ts';

/** 5.4 % of people: by whole households for half of it. */
const BY_HOUSEHOLD = 0.026;
const BY_PERSON = 0.0287;
/** Of a person's opt-outs, those that were set on an old number, where there is one. */
const ON_OLD_NUMBER = 0.3;
/** Of the numbers that PDS does not know, those that are opted out. */
const UNKNOWN = 0.05;
/** How much the share grows a year after the epoch, and how many a year change their mind. */
const GROWTH = 0.03;
const WITHDRAWN = 0.01;

/** The numbers that are opted out, one column. */
export function optOuts(world: World): Sql {
  const { seed } = world;
  const count = numberCount(world);
  const years = Math.max(0, (world.asAt - world.epoch) / 365);
  const grown = 1 + GROWTH * years;
  return through(
    'SELECT person_id, household_id FROM people',
    oldNumbers(world),
    add({
      _opt_out: draw(seed, 'opt-out', 'person_id'),
      _household_opt_out: draw(seed, 'household-opt-out', 'household_id'),
      _withdrawn: years === 0 ? 'false' : chance(draw(seed, 'opt-out-withdrawn', 'person_id'), 0, WITHDRAWN * years),
    }),
    // The first person of a block speaks for its unknown number.
    add({
      _own: `(NOT _withdrawn AND (${chance('_household_opt_out', 0, BY_HOUSEHOLD * grown)} OR ${chance('_opt_out', 0, BY_PERSON * grown)}))::INTEGER`,
      _unknown: `(seat = 0 AND ${chance('_opt_out', 14, UNKNOWN)})::INTEGER`,
    }),
    repeat('_own + _unknown', 'nth'),
    add({
      number_index: `CASE WHEN nth >= _own THEN block::BIGINT * ${NUMBERS_PER_BLOCK} + ${UNKNOWN_NUMBER}
        WHEN owned > 0 AND ${chance('_opt_out', 28, ON_OLD_NUMBER)} THEN ${oldNumber(`${bits('_opt_out', 42, 8)} % owned`)}
        ELSE ${OWN_NUMBER} END`,
    }),
    nhsNumber(seed, count, 'number_index', 'number'),
    select({ nhs_number: nhsNumberText('number', count) }),
  );
}
