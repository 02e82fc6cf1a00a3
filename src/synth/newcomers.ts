import { bits, draw } from './draw.ts';
import { CARE_HOME } from './households.ts';
import { add, drop, type Sql, select, through, where } from './sql.ts';
import { firstNewcomer, newcomerCount, newcomersPerYear, type World } from './world.ts';

/** Of a hundred who come after the epoch, those who are born; the others move to England. */
const BORN_OF_100 = 52;

/** Women drawn for each birth, of whom the first who can be the mother is it; if none can, somebody moves in instead. */
const CANDIDATES = 12;
const MOTHER_FROM = 17 * 365;
const MOTHER_TO = 44 * 365;

/**
 * The day on which a person is there: for those of the epoch their birth, for newcomers the day on which they are born
 * or move in. It follows from the person's index, so that a world which is moved forward in two steps is the same as
 * one that is moved in one.
 */
export function cameOn(world: World): Sql {
  const first = firstNewcomer(world);
  if (newcomerCount(world) === 0) return 'dob';
  return `(CASE WHEN person_id < ${first} THEN dob ELSE ${world.epoch + 1} + (person_id - ${first})::BIGINT * 36525 // ${100 * newcomersPerYear(world)} END)::INTEGER`;
}

/**
 * Those who come after the epoch, with the columns of `members` in people.ts. A newborn belongs to the household of a
 * woman of the right age who lives in England then; whoever moves in lives alone, under a household number that is free.
 */
export function newcomers(world: World): Sql {
  const { seed, people } = world;
  const coming = through(
    `SELECT (${firstNewcomer(world)} + i)::INTEGER AS person_id, NULL::INTEGER AS dob FROM range(${newcomerCount(world)}) t(i)`,
    add({ person_draw: draw(seed, 'newcomer', 'person_id') }),
    add({ came: cameOn(world), _born: `${bits('person_draw', 0, 7)} * 100 < ${BORN_OF_100 * 128}` }),
    drop('dob'),
  );
  const mothers = through(
    `SELECT person_id AS child, came, unnest(range(${CANDIDATES})) AS nth FROM (${coming}) WHERE _born`,
    add({ _candidate: `${draw(seed, 'mother', `child::BIGINT * ${CANDIDATES} + nth`)} % ${people}` }),
    (from) =>
      `SELECT child, came, nth, household_id, kind, dob, gone, female FROM (${from}) JOIN people ON person_id = _candidate`,
    where(`female AND kind <> ${CARE_HOME} AND gone > came AND came - dob BETWEEN ${MOTHER_FROM} AND ${MOTHER_TO}`),
    (from) =>
      `SELECT child, arg_min(household_id, nth) AS mothers, arg_min(kind, nth) AS mothers_kind FROM (${from}) GROUP BY child`,
  );
  return through(
    `SELECT * FROM (${coming}) LEFT JOIN (${mothers}) ON child = person_id`,
    add({
      household_id: 'coalesce(mothers, person_id)',
      kind: 'coalesce(mothers_kind, 0)',
      own_name: 'mothers IS NULL',
      // Of a thousand newborn 488 are girls.
      female: `${bits('person_draw', 7, 10)} < 500`,
      // People move when they are young, most of them.
      _age: `CASE WHEN ${bits('person_draw', 17, 2)} = 0 THEN 400 + ${bits('person_draw', 19, 14)} * 3 // 2 ELSE 6600 + ${bits('person_draw', 19, 13)} END`,
    }),
    add({ dob: 'CASE WHEN mothers IS NULL THEN came - _age ELSE came END::INTEGER' }),
    select({
      person_id: 'person_id',
      household_id: 'household_id',
      kind: 'kind',
      own_name: 'own_name',
      female: 'female',
      dob: 'dob',
      came: 'came',
    }),
  );
}
