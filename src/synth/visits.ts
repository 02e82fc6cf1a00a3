import type { DuckDBConnection } from '@duckdb/node-api';
import type { FinancialYear } from './calendar.ts';
import { bits, draw, exponential } from './draw.ts';
import { cameOn } from './newcomers.ts';
import { type Activity, FRAILTY_BITS, OLDEST } from './rates.ts';
import { add, all, drop, lookUp, MAX_REPEATS, repeat, type Sql, type Step, select, through, where } from './sql.ts';
import type { World } from './world.ts';

/** What of an activity is made at a time. */
export interface Portion {
  readonly world: World;
  readonly activity: Activity;
  readonly year: FinancialYear;
  /** What the activity's rates are multiplied by, so that there are as many rows as wanted. */
  readonly scale: number;
}

/** In the last months of life people need three times as much care. */
const DYING = 3;
const DYING_DAYS = 300;
/** In a year and besides the birth; a table for {@link repeat} and the record key limit it. */
const MOST_VISITS = MAX_REPEATS - 1;
/** People on whom volumes are measured. */
const SAMPLE = 100_000;

/**
 * Creates the table of a portion's visits: a row for each visit (a spell, an appointment, an attendance) that a person has in the
 * year, whether it is known yet or not. It is `nth` of `count` in the year, and has the days from `opens` until before
 * `closes` to itself, so that the visits of one person never overlap; `born` marks the birth itself (of APC).
 *
 * A table, because what comes after works on vectors of 2,048 rows: those of a join that keeps one row in five would
 * be short, and all the many columns to come dearer.
 */
export async function createVisits(connection: DuckDBConnection, portion: Portion): Promise<void> {
  await connection.run(`CREATE TABLE ${visitsTable(portion)} AS ${visits(portion)}`);
}

export async function dropVisits(connection: DuckDBConnection, portion: Portion): Promise<void> {
  await connection.run(`DROP TABLE ${visitsTable(portion)}`);
}

function visitsTable({ activity, year }: Portion): string {
  return `visits_${activity}_${year.label}`;
}

function visits({ world, activity, year, scale }: Portion): Sql {
  const { seed } = world;
  const wanted = exponential(draw(seed, `${activity}/visits`, personYear(year)));
  return through(
    'SELECT * FROM people',
    expectation(world, activity, String(year.firstDay), String(year.days), scale),
    add({
      // Geometric: more people with none and with many than a Poisson distribution would give.
      _count: `CASE WHEN _days > 0 THEN least(floor(${wanted} / ln(1 + 1 / _mean)), ${MOST_VISITS})::INTEGER + _born::INTEGER ELSE 0 END`,
    }),
    // Half of those who die do so in hospital.
    add({ _visits: 'CASE WHEN _last THEN greatest(_count, 1) ELSE _count END' }),
    drop('_count'),
    repeat('_visits', '_nth'),
    select({
      person_id: 'person_id',
      household_id: 'household_id',
      female: 'female',
      dob: 'dob',
      dod: 'dod',
      nth: '_nth::UTINYINT',
      count: '_visits::UTINYINT',
      opens: '_from + _days * _nth // _visits',
      closes: '_from + _days * (_nth + 1) // _visits',
      born: '_born AND _nth = 0',
    }),
  );
}

/** Adds the part of the year that a person is here for, the mean of their visits in it, and whether they are born in it. */
function expectation(world: World, activity: Activity, firstDay: Sql, days: Sql, scale: number): Step {
  const { seed } = world;
  const end = `(${firstDay} + ${days})`;
  const lastYear = `gone = dod + 1 AND dod >= ${firstDay} AND dod < ${end} AND ${bits(draw(seed, 'died-in-hospital', 'person_id'), 0, 7)} < 56`;
  const born = `dob >= ${firstDay} AND dob < ${end} AND ${bits(draw(seed, 'born-in-hospital', 'person_id'), 0, 7)} > 2`;
  return all(
    add({ _from: `greatest(${firstDay}, ${cameOn(world)})`, _to: `least(${end}, gone)` }),
    add({ _days: '_to - _from' }),
    lookUp(
      [
        'rates',
        `CASE WHEN female THEN 128 ELSE 0 END + least(greatest(_from - dob, 0) // 365, ${OLDEST})`,
        {
          _rate: activity,
        },
      ],
      ['frailties', bits(draw(seed, 'frailty', 'person_id'), 0, FRAILTY_BITS), { _frailty: 'frailty' }],
    ),
    add({
      _mean: `_rate * _frailty * ${scale} * _days / ${days} * CASE WHEN dod < ${end} + ${DYING_DAYS} THEN ${DYING} ELSE 1 END`,
      _born: activity === 'apc' ? born : 'false',
      _last: activity === 'apc' ? lastYear : 'false',
    }),
  );
}

/**
 * How many visits of these years are to be expected up to `asAt`, a person, measured on some of them. The sum is one of
 * integers, as that of floating-point numbers would depend on how the work was shared out.
 */
export async function expectedVisits(
  connection: DuckDBConnection,
  world: World,
  activity: Activity,
  years: readonly FinancialYear[],
  scale: number,
): Promise<number> {
  const list = years.map(({ firstDay, days }) => {
    const known = Math.min(1, Math.max(0, (world.asAt + 1 - firstDay) / days));
    return `(${firstDay}, ${days}, ${known}::DOUBLE)`;
  });
  const mean = through(
    `SELECT * FROM people, (VALUES ${list.join(', ')}) y(_first, _length, _known) WHERE person_id < ${Math.min(SAMPLE, world.people)}`,
    expectation(world, activity, '_first', '_length', scale),
    add({
      _expected: `CASE WHEN _days > 0 THEN (_mean * (1 - pow(_mean / (1 + _mean), ${MOST_VISITS})) + _born::INTEGER + _last::INTEGER / (1 + _mean)) * _known ELSE 0 END`,
    }),
  );
  const result = await connection.runAndReadAll(`SELECT sum((_expected * 1e6)::BIGINT)::DOUBLE FROM (${mean})`);
  return Number(result.getRows()[0]?.[0] ?? 0) / 1e6 / Math.min(SAMPLE, world.people);
}

function personYear(year: FinancialYear): Sql {
  return `(person_id::BIGINT * 64 + ${year.begins % 64})`;
}

/** The visits, with the key of their draws and their `day`. */
export function visitsOn(portion: Portion): Sql {
  const {
    world: { seed },
    activity,
    year,
  } = portion;
  return through(
    `SELECT * FROM ${visitsTable(portion)}`,
    add({ visit_id: `${personYear(year)} * ${MAX_REPEATS} + nth` }),
    add({
      day: `CASE WHEN born THEN dob ELSE opens + (closes - opens) * ${bits(draw(seed, `${activity}/day`, 'visit_id'), 0, 10)} // 1024 END`,
    }),
  );
}

/** Of the visits on a `day`, only those that have begun by `asAt`. */
export function visitsSoFar({ world, year }: Portion): Step {
  return world.asAt < year.firstDay + year.days ? where(`day <= ${world.asAt}`) : all();
}

/**
 * A key of twelve digits, unique in the activity's files for 32 years and 268 million people. `ordinal`, below 64,
 * numbers the rows of one person in one year. The multiplication permutes the numbers below 2^39.
 */
export function recordKey({ world, activity, year }: Portion, ordinal: Sql): Sql {
  const factor = 5_573_589 + 2 * ((world.seed * 31 + activity.length * 7_919) % 1_000_000);
  return `(100000000000 + (((${year.begins % 32}::BIGINT << 34) + (person_id::BIGINT << 6) + ${ordinal}) * ${factor} & ${2 ** 39 - 1}))::VARCHAR`;
}
