import { ADMISSION_BITS, CONDITION_SLOTS, NEWBORN } from './condition-lookups.ts';
import { bits, draw, exponential } from './draw.ts';
import { add, all, change, drop, lookUp, pickBelow, type Step } from './sql.ts';
import type { Portion } from './visits.ts';

/** So many spells a year leave room in the record key for only one episode each. */
export const MANY_SPELLS = 16;
/** As it comes out of the lengths of stay; measured. */
export const EPISODES_PER_SPELL = 1.147;

const years = (count: number) => count * 365;

/** Why the person is in hospital, and how they came. */
export function reason({ world: { seed } }: Portion): Step {
  return all(
    add({ spell_draw: draw(seed, 'apc/spell', 'visit_id'), age_days: 'day - dob' }),
    add({
      _grown: pickBelow('age_days', { [years(65)]: '4', [years(75)]: '5', [years(85)]: '6' }, '7'),
      _young: `CASE WHEN age_days < 365 THEN 0 WHEN age_days < ${years(16)} THEN 1 WHEN female THEN 2 ELSE 3 END`,
    }),
    add({ stratum: `CASE WHEN born THEN ${NEWBORN} WHEN age_days < ${years(45)} THEN _young ELSE _grown END` }),
    lookUp([
      'conditions',
      `stratum * ${CONDITION_SLOTS} + ${bits('spell_draw', 0, 11)}`,
      {
        primary4: 'diagnosis',
        primary3: 'diagnosis3',
        main: 'main',
        treatment: 'treatment',
        kind: 'kind',
        mean_nights: 'nights',
        procedure1: 'procedure1',
        procedure2: 'procedure2',
        procedure3: 'procedure3',
        procedure4: 'procedure4',
        procedure1_3: 'procedure1_3',
        procedure2_3: 'procedure2_3',
        procedure3_3: 'procedure3_3',
        procedure4_3: 'procedure4_3',
        procedures: 'procedures',
        cause: 'cause',
        cause3: 'cause3',
        resource_group: 'resource_group',
      },
    ]),
    lookUp([
      'admissions',
      `kind * ${2 ** ADMISSION_BITS} + ${bits('spell_draw', 11, ADMISSION_BITS)}`,
      {
        method: 'method',
        source: 'source',
        class: 'class',
        intended: 'intended',
        elective: 'elective',
        emergency: 'emergency',
      },
    ]),
  );
}

/** From when to when; a person who dies in hospital does so at the end of their last spell. */
export function stay({ world: { seed, asAt }, year }: Portion): Step {
  const parts = bits('spell_draw', 24, 7);
  return all(
    add({
      _nights: `CASE WHEN mean_nights = 0 THEN 0
        ELSE least(floor(${exponential(draw(seed, 'apc/nights', 'visit_id'))} * mean_nights * 1.1), 300)::INTEGER END`,
      waited: `least(7 + ${bits('spell_draw', 38, 7)}, age_days)`,
      died: `nth = count - 1 AND closes = dod + 1 AND NOT born AND ${bits('spell_draw', 17, 7)} < 96`,
    }),
    add({ admitted: 'CASE WHEN died THEN greatest(day, dod - _nights - 3) ELSE day END' }),
    add({ discharged: 'CASE WHEN died THEN dod ELSE greatest(admitted, least(admitted + _nights, closes - 1)) END' }),
    add({
      spell_nights: 'discharged - admitted',
      // Who is in hospital on 31 March is in that year's data with an episode that does not end.
      cut_off: `NOT died AND admitted + _nights >= closes AND closes = ${year.firstDay + year.days}`,
    }),
    add({
      episodes: `CASE WHEN admitted > ${asAt} THEN 0 WHEN count > ${MANY_SPELLS} OR spell_nights = 0 OR ${parts} < 88 THEN 1
        ELSE least(spell_nights + 1, CASE WHEN ${parts} < 114 THEN 2 WHEN ${parts} < 123 THEN 3 ELSE 4 END) END`,
    }),
    // A day case that stays is none any more.
    change({ class: "CASE WHEN class = '2' AND spell_nights > 0 THEN '1'::code_admissions_class ELSE class END" }),
    drop('_nights'),
  );
}
