import { bits, chance, draw, exponential } from './draw.ts';
import { ANCHOR_BITS, BLOCK, HOUSEHOLDS_PER_BLOCK, PATTERN_BITS } from './households.ts';
import { PLACE_BITS } from './places.ts';
import { add, all, lookUp, type Sql, type Step, through, where } from './sql.ts';
import type { World } from './world.ts';

/** PDS keeps the people who died in the last so many years; nobody in it died before. */
const YEARS_OF_DEATHS = 12;
const DAYS_OF_DEATHS = Math.round(YEARS_OF_DEATHS * 365.25);

/** Gompertz's law of mortality: the hazard at age x is level × exp(slope × x). Fitted by eye to England, 2018-2022. */
const HAZARD_SLOPE = 0.1;
const HAZARD_LEVEL = { female: 1.35e-5, male: 2.05e-5 } as const;
const DEATHS_IN_FIRST_YEAR = 0.0035;

/** Everyone: households and who lives in them, with births, deaths and departures, past and future. */
export function people(world: World): Sql {
  return through('SELECT block FROM world.blocks', households(world), members(world), lifetime(world), departure(world));
}

/** The people of the first blocks only, to measure on. */
export function somePeople(world: World, blocks: number): Sql {
  return through(
    `SELECT block FROM world.blocks WHERE block < ${blocks}`,
    households(world),
    members(world),
    lifetime(world),
    departure(world),
  );
}

function households({ seed, epoch }: World): Step {
  return all(
    add({ block_draw: draw(seed, 'block', 'block') }),
    lookUp('patterns', bits('block_draw', 0, PATTERN_BITS), { household: 'household', kind: 'kind', first_seat: 'first_seat' }),
    add({ household_id: `block::BIGINT * ${HOUSEHOLDS_PER_BLOCK} + household` }),
    add({ household_draw: draw(seed, 'household', 'household_id') }),
    lookUp('anchors', `kind * ${2 ** ANCHOR_BITS} + ${bits('household_draw', 0, ANCHOR_BITS)}`, { anchor: 'years' }),
    add({
      place: bits('household_draw', ANCHOR_BITS, PLACE_BITS),
      moved: `(${epoch} - ${exponential(draw(seed, 'moved', 'household_id'))} * 9 * 365)::INTEGER`,
      moves_on: `(${epoch + 1} + ${exponential(draw(seed, 'moves-on', 'household_id'))} * 9 * 365)::INTEGER`,
    }),
  );
}

function members({ seed, people: count, epoch }: World): Step {
  return all(
    lookUp('members', 'kind', { member: 'member', _younger: 'younger', _span: 'span', _female: 'female', own_name_share: 'own_name' }),
    add({ seat: 'first_seat + member' }),
    add({ person_id: `block::BIGINT * ${BLOCK} + seat` }),
    where(`person_id < ${count}`),
    add({ person_draw: draw(seed, 'person', 'person_id') }),
    add({
      // The sum of two uniform draws, so that the middle of a span is likelier than its ends.
      _age: `((anchor + _younger + _span * (${bits('person_draw', 0, 10)} + ${bits('person_draw', 10, 10)}) / 2046.0) * 365.25
        + ${bits('person_draw', 20, 8)})::INTEGER`,
      female: `${bits('person_draw', 28, 10)} < _female`,
    }),
    add({ dob: `${epoch} - _age` }),
  );
}

/** Adds the day of death, `dod`, for everyone: most lie in the future. `registered` is when the registrar knows of it. */
function lifetime({ seed, epoch }: World): Step {
  const recordsBegin = epoch - DAYS_OF_DEATHS;
  return all(
    add({ _life_draw: draw(seed, 'life', 'person_id'), _entry: `greatest(0, ${recordsBegin} - dob) / 365.25` }),
    add({ _level: `CASE WHEN female THEN ${HAZARD_LEVEL.female} ELSE ${HAZARD_LEVEL.male} END * exp(${HAZARD_SLOPE} * _entry)` }),
    add({
      dod: `CASE WHEN dob >= ${recordsBegin} AND ${bits(draw(seed, 'infancy', 'person_id'), 0, 20)} < ${Math.round(DEATHS_IN_FIRST_YEAR * 2 ** 20)}
        THEN dob + least(364, (${exponential(draw(seed, 'infant-death', 'person_id'))} * 40)::INTEGER)
        ELSE dob + ((_entry + ln(1 + ${exponential('_life_draw')} * ${HAZARD_SLOPE} / _level) / ${HAZARD_SLOPE}) * 365.25)::INTEGER END`,
    }),
    add({ _registration_draw: draw(seed, 'registration', 'person_id') }),
    add({
      // One death in ten waits for a coroner.
      registered: `dod + 2 + (${exponential('_registration_draw')} * CASE WHEN ${bits('_registration_draw', 0, 7)} < 13 THEN 80 ELSE 4 END)::INTEGER`,
    }),
  );
}

/**
 * Adds `departed`, the day on which four people in a hundred leave the NHS in England (null for the others), and
 * `gone`, the first day on which no hospital sees the person any more.
 */
function departure({ seed, epoch }: World): Step {
  return all(
    add({ departure_draw: draw(seed, 'departure', 'person_id') }),
    add({ _departs: `${epoch} + ${bits('departure_draw', CHANCE_BITS_USED, 13)} - 4096` }),
    add({
      departed: `CASE WHEN ${chance('departure_draw', 0, 0.04)} AND _departs > dob + 365 AND _departs < dod THEN _departs END`,
    }),
    add({ gone: 'least(dod + 1, coalesce(departed, dod + 1))' }),
  );
}

const CHANCE_BITS_USED = 14;
