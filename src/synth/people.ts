import type { DuckDBConnection } from '@duckdb/node-api';
import { bits, chance, draw, exponential } from './draw.ts';
import { ANCHOR_BITS, BLOCK, HOUSEHOLDS_PER_BLOCK, PATTERN_BITS } from './households.ts';
import { newcomers } from './newcomers.ts';
import { add, all, lookUp, type Sql, type Step, select, through, where } from './sql.ts';
import { blockCount, newcomerCount, type World } from './world.ts';

/** PDS keeps the people who died in the last so many years; nobody in it died before. */
const YEARS_OF_DEATHS = 12;
const DAYS_OF_DEATHS = Math.round(YEARS_OF_DEATHS * 365.25);

/** Gompertz's law of mortality: the hazard at age x is level × exp(slope × x). Fitted by eye to England, 2018-2022. */
const HAZARD_SLOPE = 0.1;
const HAZARD_LEVEL = { female: 1.35e-5, male: 2.05e-5 } as const;
const DEATHS_IN_FIRST_YEAR = 0.0035;
const DEPARTURES = 0.04;

/**
 * Creates the table `people`: whom each household has, and their births, deaths and departures, past and future. It is
 * all that is kept of a person, 23 bytes; the rest is drawn again wherever it is needed. Days are day numbers.
 *
 * It is made from a table with a row for each block of people, whose row groups are as small as DuckDB allows, because
 * a row group is what one thread works on at a time, and one row there becomes a hundred here.
 */
export async function createPeople(connection: DuckDBConnection, world: World): Promise<void> {
  await connection.run(`ATTACH ':memory:' AS world (ROW_GROUP_SIZE 2048)`);
  await connection.run(`CREATE TABLE world.blocks AS SELECT i::INTEGER AS block FROM range(${blockCount(world)}) t(i)`);
  await connection.run(
    `CREATE TABLE people AS ${through(
      'SELECT block FROM world.blocks',
      members(world),
      lifetime(world, String(recordsBegin(world))),
      departure(world, 'dob'),
      KEPT,
    )}`,
  );
  if (newcomerCount(world) > 0) {
    await connection.run(
      `INSERT INTO people ${through(newcomers(world), lifetime(world, 'came'), departure(world, 'came'), KEPT)}`,
    );
  }
}

const KEPT = select({
  person_id: 'person_id',
  household_id: 'household_id',
  kind: 'kind::UTINYINT',
  own_name: 'own_name',
  female: 'female',
  dob: 'dob',
  dod: 'dod',
  gone: 'gone',
});

function recordsBegin({ epoch }: World): number {
  return epoch - DAYS_OF_DEATHS;
}

function members({ seed, people: count, epoch }: World): Step {
  return all(
    lookUp([
      'seats',
      bits(draw(seed, 'block', 'block'), 0, PATTERN_BITS),
      {
        seat: 'seat',
        household: 'household',
        kind: 'kind',
        _younger: 'younger',
        _span: 'span',
        _female: 'female',
        _own_name: 'own_name',
      },
    ]),
    add({ person_id: `block * ${BLOCK} + seat`, household_id: `block * ${HOUSEHOLDS_PER_BLOCK} + household` }),
    where(`person_id < ${count}`),
    lookUp([
      'anchors',
      `kind * ${2 ** ANCHOR_BITS} + ${bits(draw(seed, 'anchor', 'household_id'), 0, ANCHOR_BITS)}`,
      { anchor: 'years' },
    ]),
    add({ person_draw: draw(seed, 'person', 'person_id') }),
    add({
      // The sum of two uniform draws, so that the middle of a span is likelier than its ends.
      _age: `((anchor + _younger + _span * (${bits('person_draw', 0, 10)} + ${bits('person_draw', 10, 10)}) / 2046.0) * 365.25
        + ${bits('person_draw', 20, 8)})::INTEGER`,
      female: `${bits('person_draw', 28, 10)} < _female`,
      own_name: `${bits('person_draw', 38, 10)} < _own_name`,
    }),
    add({ dob: `${epoch} - _age` }),
  );
}

/** Adds the day of death, `dod`, for everyone: most lie in the future, and none before the day that they are known from. */
function lifetime({ seed }: World, known: Sql): Step {
  const infancy = `dob >= ${known} AND ${bits(draw(seed, 'infancy', 'person_id'), 0, 20)} < ${Math.round(DEATHS_IN_FIRST_YEAR * 2 ** 20)}`;
  return all(
    add({ _entry: `greatest(0, ${known} - dob) / 365.25` }),
    add({
      _level: `CASE WHEN female THEN ${HAZARD_LEVEL.female} ELSE ${HAZARD_LEVEL.male} END * exp(${HAZARD_SLOPE} * _entry)`,
    }),
    add({
      dod: `CASE WHEN ${infancy} THEN dob + least(364, (${exponential(draw(seed, 'infant-death', 'person_id'))} * 40)::INTEGER)
        ELSE dob + ((_entry + ln(1 + ${exponential(draw(seed, 'life', 'person_id'))} * ${HAZARD_SLOPE} / _level) / ${HAZARD_SLOPE}) * 365.25)::INTEGER END`,
    }),
  );
}

/**
 * Adds `gone`, the first day on which no hospital sees the person any more: the day after the death, or the day on
 * which four people in a hundred leave the NHS in England, before or after the epoch; nobody in their first year here.
 */
function departure({ seed, epoch }: World, known: Sql): Step {
  const drawn = draw(seed, 'departure', 'person_id');
  return all(
    add({ _departs: `CASE WHEN ${chance(drawn, 0, DEPARTURES)} THEN ${epoch} + ${bits(drawn, 14, 13)} - 4096 END` }),
    add({ gone: `CASE WHEN _departs > ${known} + 365 AND _departs < dod THEN _departs ELSE dod + 1 END` }),
  );
}

/** The day on which the person left, null for those who do not. Their removal's kind is drawn from `departure`. */
export const DEPARTED: Sql = 'CASE WHEN gone <= dod THEN gone END';

/** Of a hundred who left, those who come back within three years of the epoch, or of the day on which they left. */
const RETURNS = 0.2;

/**
 * The day on which a person who left is registered again; null for those who do not come back. What they do here after
 * that is not made up: only PDS knows them.
 */
export function returned({ epoch }: World): Sql {
  const drawn = 'departure_draw';
  return `(CASE WHEN departed IS NOT NULL AND ${chance(drawn, 34, RETURNS)} THEN greatest(departed + 60, ${epoch + 1}) + ${bits(drawn, 48, 10)} END)`;
}

/** Adds `registered`: when the registrar knows of the death. One death in ten waits for a coroner. */
export function registration({ seed }: World): Step {
  return all(
    add({ _registration: draw(seed, 'registration', 'person_id') }),
    add({
      registered: `dod + 2 + (${exponential('_registration')} * CASE WHEN ${bits('_registration', 0, 7)} < 13 THEN 80 ELSE 4 END)::INTEGER`,
    }),
  );
}
