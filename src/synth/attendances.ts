import { yearMonthDay } from './calendar.ts';
import { bits, draw, exponential } from './draw.ts';
import { PRESENTATION_BITS } from './presentations.ts';
import { reported } from './reported.ts';
import { add, lookUp, pickBelow, type Sql, type Step, through } from './sql.ts';
import { type Portion, visitsOn, visitsSoFar } from './visits.ts';

/** In minutes; longer stays are cut, as the clock has two days. */
const LONGEST_WAIT_FOR_ASSESSMENT = 200;
const LONGEST_WAIT_FOR_TREATMENT = 700;
const LONGEST_STAY = 1_340;

/**
 * Attendances at emergency departments, of which HES A&E and ECDS are two views. `arrived` is the minute of the day;
 * `assessed`, `treated`, `concluded` and `left_after` are minutes after it. `disposal`, 0 to 63, is how it ended; the
 * views know what which number means, but that it is below 16 for those who are admitted.
 */
export function attendances(portion: Portion): Sql {
  const { world, activity } = portion;
  const drawn = (purpose: string) => draw(world.seed, `${activity}/${purpose}`, 'visit_id');
  const minutes = (purpose: string, mean: number) => `floor(${exponential(drawn(purpose))} * ${mean})::INTEGER`;
  return through(
    visitsOn(portion),
    visitsSoFar(portion),
    add({
      attendance_draw: drawn('attendance'),
      arrival_draw: drawn('arrival'),
      _age_group: pickBelow('day - dob', { [16 * 365]: '0', [60 * 365]: '1' }, '2'),
      assessed: `least(${minutes('assessed', 14)}, ${LONGEST_WAIT_FOR_ASSESSMENT})`,
      _waited: minutes('waited', 60),
      _stayed: minutes('stayed', 90),
    }),
    add({ treated: `least(assessed + _waited, ${LONGEST_WAIT_FOR_TREATMENT})` }),
    add({
      // The sum of two draws: few come in the small hours.
      arrived: `(${bits('arrival_draw', 0, 10)} + ${bits('arrival_draw', 10, 10)} + 240) * 1439 // 2286`,
      concluded: `least(treated + _stayed, ${LONGEST_STAY})`,
      // The old are admitted more often.
      disposal: `CASE WHEN _age_group = 2 AND ${bits('arrival_draw', 20, 3)} = 0 THEN 0 ELSE ${bits('arrival_draw', 23, 6)} END`,
    }),
    add({ left_after: `concluded + ${bits('arrival_draw', 29, 5)}` }),
    lookUp([
      'presentations',
      `_age_group * ${2 ** PRESENTATION_BITS} + ${bits('attendance_draw', 0, PRESENTATION_BITS)}`,
      {
        diagnosis2: 'diagnosis2',
        diagnosis3: 'diagnosis3',
        area: 'area',
        complaint: 'complaint',
        snomed: 'snomed',
        injury: 'injury',
      },
    ]),
    reported(world, activity, 'day'),
    lookUp(yearMonthDay('day', 'day_ymd')),
  );
}

/** Adds what the clock shows at the arrival and after each of the four periods, as `arrived_at`, `assessed_at` and so on. */
export function clockTimes(form: 'hhmm' | 'hhmmss'): Step {
  const times = {
    arrived_at: '0',
    assessed_at: 'assessed',
    treated_at: 'treated',
    concluded_at: 'concluded',
    left_at: 'left_after',
  };
  return lookUp(
    ...Object.entries(times).map(([name, minutes]) => ['clock', `arrived + ${minutes}`, { [name]: form }] as const),
  );
}
