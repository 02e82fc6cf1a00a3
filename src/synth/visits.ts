import type { FinancialYear } from './calendar.ts';
import { bits, draw, exponential } from './draw.ts';
import { people, somePeople } from './people.ts';
import { type Activity, FRAILTY_BITS, OLDEST } from './rates.ts';
import { add, all, drop, lookUp, MAX_REPEATS, repeat, type Sql, type Step, through } from './sql.ts';
import { oldNumbers } from './succession.ts';
import type { World } from './world.ts';

/** What of an activity is asked for: a financial year, and how much of it. */
export interface Portion {
  readonly world: World;
  readonly year: FinancialYear;
  /** What the activity's rates are multiplied by, so that there are as many rows as wanted. */
  readonly scale: number;
  /** Only the people of so many blocks, to measure on; all if not given. */
  readonly blocks?: number;
}

/** In the last months of life people need three times as much care. */
const DYING = 3;
const DYING_DAYS = 300;

/**
 * A row for each visit (a spell, an appointment, an attendance) that a person has in the year, whether it is known yet
 * or not. Adds `visit_id`, the key of the visit's draws; `nth` of `visits` in the year; and the days from `opens` until
 * before `closes` that are its own, so that visits of one person never overlap. `born` marks the birth itself.
 */
export function visits(activity: Activity, { world, year, scale, blocks }: Portion, withBirths: boolean): Sql {
  const { seed } = world;
  const end = year.firstDay + year.days;
  const everyone = blocks === undefined ? people(world) : somePeople(world, blocks);
  const key = `(person_id * 64 + ${year.begins % 64})`;
  return through(
    everyone,
    oldNumbers(),
    add({ _from: `greatest(${year.firstDay}, dob)`, _to: `least(${end}, gone)` }),
    add({ _days: `_to - _from` }),
    lookUp('rates', `least(greatest((_from - dob) // 365, 0), ${OLDEST}) + CASE WHEN female THEN 128 ELSE 0 END`, { _rate: activity }),
    lookUp('frailties', bits(draw(seed, 'frailty', 'person_id'), 0, FRAILTY_BITS), { _frailty: 'frailty' }),
    add({
      _mean: `_rate * _frailty * ${scale} * _days / ${year.days} * CASE WHEN dod < ${end + DYING_DAYS} THEN ${DYING} ELSE 1 END`,
      _newborn: withBirths ? `dob >= ${year.firstDay} AND dob < ${end} AND ${bits(draw(seed, 'born-in-hospital', 'person_id'), 0, 7)} > 2` : 'false',
    }),
    add({
      // Geometric: more people with none and with many than a Poisson distribution would give.
      visits: `CASE WHEN _days > 0
        THEN least(floor(${exponential(draw(seed, `${activity}/visits`, key))} / ln(1 + 1 / _mean)), ${MAX_REPEATS - 1})::INTEGER + _newborn::INTEGER
        ELSE 0 END`,
    }),
    repeat('visits', 'nth'),
    add({
      visit_id: `${key} * ${MAX_REPEATS} + nth`,
      opens: '_from + _days * nth // visits',
      closes: '_from + _days * (nth + 1) // visits',
      born: '_newborn AND nth = 0',
    }),
    drop('_from', '_to', '_days', '_rate', '_frailty', '_mean', '_newborn'),
  );
}

/** Adds the day of the visit, near the beginning of the visit's own days. */
export function visitDay({ world }: Portion, activity: Activity, name: string): Step {
  return all(
    add({ [name]: `CASE WHEN born THEN dob ELSE opens + (closes - opens) * ${bits(draw(world.seed, `${activity}/day`, 'visit_id'), 0, 10)} // 1400 END` }),
  );
}

/**
 * A key of twelve digits, unique in the activity's file for 32 years and 268 million people. `ordinal`, below 64,
 * numbers the rows of one person in one year. The multiplication permutes the numbers below 2^39.
 */
export function recordKey({ world, year }: Portion, activity: Activity, ordinal: Sql): Sql {
  const factor = 5_573_589 + 2 * ((world.seed + activity.length * 7919) % 1_000_000);
  return `(100000000000 + (((${year.begins % 32}::BIGINT << 34) + (person_id << 6) + ${ordinal}) * ${factor} & ${2 ** 39 - 1}))::VARCHAR`;
}
