import { yearMonthDay } from './calendar.ts';
import {
  ADMISSION_BITS,
  COMORBIDITY_SLOTS,
  CONDITION_SLOTS,
  COUNT_BITS,
  DIABETES,
  DIABETES_BITS,
  NEWBORN,
  NO_DIAGNOSIS,
  POOL_BITS,
  POOLS,
} from './condition-lookups.ts';
import { bits, draw, exponential } from './draw.ts';
import {
  hesAge,
  mostly,
  NOT_A_DATE_DATE,
  numbered,
  PATIENT_COLUMNS,
  PROVIDER_COLUMNS,
  susRecord,
  yearColumns,
} from './hes.ts';
import { CONSULTANTS_PER_TRUST } from './places.ts';
import { reported } from './reported.ts';
import {
  add,
  all,
  choose,
  date,
  drop,
  lookUp,
  pickBelow,
  repeat,
  type Sql,
  type Step,
  select,
  through,
  where,
} from './sql.ts';
import { type Portion, recordKey, visitsOn } from './visits.ts';

const DIAGNOSES = 20;
const PROCEDURES = 4;
/** So many spells a year leave room in the record key for only one episode each. */
const MANY_SPELLS = 16;
/** As it comes out of the lengths of stay; measured. */
export const EPISODES_PER_SPELL = 1.147;

/** HES APC: the episodes of one financial year that are known at `asAt`; those still going on are unfinished. */
export function hesApc(portion: Portion): Sql {
  const { world, year } = portion;
  return through(
    visitsOn(portion),
    reason(portion),
    stay(portion),
    reported(world, 'apc', 'admitted'),
    repeat('episodes', 'episode'),
    episode(portion),
    ...(world.asAt < year.firstDay + year.days ? [where(`episode_start <= ${world.asAt}`)] : []),
    diagnoses(portion),
    columns(portion),
  );
}

/** Why the person is in hospital, and how they came. */
function reason({ world: { seed } }: Portion): Step {
  return all(
    add({ spell_draw: draw(seed, 'apc/spell', 'visit_id'), age_days: 'day - dob' }),
    add({
      stratum: `CASE WHEN born THEN ${NEWBORN} WHEN age_days < 365 THEN 0 WHEN age_days < 16 * 365 THEN 1
        WHEN age_days < 45 * 365 THEN CASE WHEN female THEN 2 ELSE 3 END WHEN age_days < 65 * 365 THEN 4
        WHEN age_days < 75 * 365 THEN 5 WHEN age_days < 85 * 365 THEN 6 ELSE 7 END`,
    }),
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
function stay({ world: { seed, asAt }, year }: Portion): Step {
  const parts = bits('spell_draw', 24, 7);
  return all(
    add({
      _nights: `CASE WHEN mean_nights = 0 THEN 0
        ELSE least(floor(${exponential(draw(seed, 'apc/nights', 'visit_id'))} * mean_nights * 1.1), 300)::INTEGER END`,
      waited: `least(7 + ${bits('spell_draw', 38, 7)}, age_days)`,
      died: `nth = count - 1 AND closes = dod + 1 AND NOT born AND ${bits('spell_draw', 17, 7)} < 116`,
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
    drop('_nights'),
  );
}

/** One episode of the spell, under one consultant. */
function episode({ world: { seed, asAt } }: Portion): Step {
  return all(
    add({
      episode_start: 'admitted + spell_nights * episode // episodes',
      episode_end: 'admitted + spell_nights * (episode + 1) // episodes',
      first: 'episode = 0',
      last: 'episode = episodes - 1',
      episode_draw: draw(seed, 'apc/episode', 'visit_id * 4 + episode'),
    }),
    add({ finished: `episode_end <= ${asAt} AND NOT (last AND cut_off)` }),
    lookUp(
      [
        'consultants',
        `trust_id * ${CONSULTANTS_PER_TRUST} + ${bits('episode_draw', 14, 5)}`,
        { consultant: 'consultant' },
      ],
      yearMonthDay('episode_start', 'start_ymd'),
      yearMonthDay('episode_end', 'end_ymd'),
    ),
  );
}

/** The keys of the secondary diagnoses, and with them the diagnoses. */
function diagnoses({ world: { seed } }: Portion): Step {
  const slots = (position: number) => {
    const drawn = ['chronic_draw', 'acute_draw', 'more_draw'][Math.floor((position - 2) / 9)] ?? '';
    return `_age + (${position} * _stride + _rotation) % ${POOLS} * ${2 ** POOL_BITS} + ${bits(drawn, ((position - 2) % 9) * POOL_BITS, POOL_BITS)}`;
  };
  const positions = Array.from({ length: DIAGNOSES - 1 }, (_, index) => index + 2);
  return all(
    add({
      chronic_draw: draw(seed, 'apc/chronic', 'person_id'),
      acute_draw: draw(seed, 'apc/acute', 'visit_id * 4 + episode'),
      more_draw: draw(seed, 'apc/more', 'visit_id * 4 + episode'),
      // The pools are a prime number: whatever the stride, each is met once.
      _rotation: `${bits(draw(seed, 'apc/rotation', 'person_id'), 0, 16)} % ${POOLS}`,
      _stride: `1 + ${bits(draw(seed, 'apc/rotation', 'person_id'), 16, 16)} % ${POOLS - 1}`,
      _age: pickBelow(
        'age_days',
        [
          [16 * 365, '0'],
          [50 * 365, String(COMORBIDITY_SLOTS)],
        ],
        String(2 * COMORBIDITY_SLOTS),
      ),
      _diabetes: bits(draw(seed, 'diabetes', 'person_id'), 0, 14),
    }),
    lookUp([
      'diagnosis_counts',
      `CASE WHEN age_days < 45 * 365 THEN 0 WHEN age_days < 70 * 365 THEN ${2 ** COUNT_BITS} ELSE ${2 * 2 ** COUNT_BITS} END
      + ${bits('episode_draw', 19, COUNT_BITS)}`,
      { _count: 'count' },
    ]),
    add({
      // Whoever is diabetic at one age is so at every later one, as the threshold only rises.
      _diabetic: `_diabetes < CASE WHEN born THEN 0 WHEN age_days < 40 * 365 THEN 90 WHEN age_days < 65 * 365 THEN 600 ELSE 1300 END
        AND mod(episode_draw >> 25, 8) < 6 AND primary3 NOT IN ('E10', 'E11')`,
      _other_primary: `NOT first AND ${bits('episode_draw', 28, 3)} < 3`,
    }),
    add({ diagnosis_count: 'CASE WHEN _diabetic THEN greatest(_count, 2) ELSE _count END' }),
    lookUp(
      ...positions.map((position) => {
        const key = `CASE WHEN diagnosis_count >= ${position} THEN ${slots(position)} ELSE ${NO_DIAGNOSIS} END`;
        const diabetes = `${DIABETES} + CASE WHEN _diabetes < 70 THEN 0 ELSE ${2 ** DIABETES_BITS} END + ${bits('episode_draw', 31, DIABETES_BITS)}`;
        return [
          'comorbidities',
          position === 2 ? `CASE WHEN _diabetic THEN ${diabetes} ELSE ${key} END` : key,
          {
            [`diagnosis4_${position}`]: 'diagnosis',
            [`diagnosis3_${position}`]: 'diagnosis3',
          },
        ] as const;
      }),
      [
        'comorbidities',
        `CASE WHEN _other_primary THEN ${slots(DIAGNOSES)} ELSE ${NO_DIAGNOSIS} END`,
        { _other4: 'diagnosis', _other3: 'diagnosis3' },
      ],
    ),
    add({
      diagnosis4_1: 'CASE WHEN _other_primary THEN _other4 ELSE primary4 END',
      diagnosis3_1: 'CASE WHEN _other_primary THEN _other3 ELSE primary3 END',
    }),
  );
}

function columns(portion: Portion): Step {
  const { world } = portion;
  const flag = bits('episode_draw', 37, 10);
  const operated = 'first AND procedures > 0';
  const spellOver = 'last AND finished';
  const spellNumber = draw(world.seed, 'apc/spell-number', 'visit_id');
  return select({
    ...yearColumns(portion),
    EPIKEY: recordKey(portion, `CASE WHEN count > ${MANY_SPELLS} THEN nth ELSE nth * 4 + episode END`),
    SUSRECID: susRecord(portion, 'visit_id * 4 + episode'),
    SUSSPELLID: `(1000000000 + ${spellNumber} % 8999999999)::VARCHAR`,
    ...PATIENT_COLUMNS,
    STARTAGE: hesAge('episode_start', 'start_ymd'),
    ENDAGE: `CASE WHEN finished THEN ${hesAge('episode_end', 'end_ymd')} END`,
    NEODUR: 'CASE WHEN age_days < 28 THEN age_days END',
    ADMIDATE: date('admitted'),
    ADMIMETH: 'method',
    ADMISORC: 'source',
    ADMINCAT: choose(
      [
        [`${bits('spell_draw', 31, 7)} > 1`, '01'],
        [`${bits('spell_draw', 31, 7)} = 1`, '02'],
      ],
      '99',
    ),
    CLASSPAT: 'class',
    INTMANIG: 'intended',
    ELECDATE: `CASE WHEN elective = 1 THEN ${mostly('admitted - waited', 'spell_draw', 45)} END`,
    ELECDUR: `CASE WHEN elective = 0 THEN 9998 WHEN ${bits('spell_draw', 45, 10)} < 2 THEN 9999 ELSE waited END`,
    EPISTART: date('episode_start'),
    EPIEND: `CASE WHEN NOT finished THEN NULL WHEN ${flag} = 0 THEN ${NOT_A_DATE_DATE} ELSE ${date('episode_end')} END`,
    EPIDUR: 'CASE WHEN finished THEN episode_end - episode_start END',
    EPIORDER: 'episode + 1',
    EPISTAT: choose([['finished', '3']], '1'),
    EPITYPE: choose(
      [
        ['born', '3'],
        [`class = '5' OR method IN ('31', '32') AND procedures > 0`, '2'],
      ],
      '1',
    ),
    SPELBGIN: choose([['first', '2']], '0'),
    SPELEND: choose([[spellOver, 'Y']], 'N'),
    SPELDUR: `CASE WHEN ${spellOver} THEN spell_nights END`,
    DISDATE: `CASE WHEN NOT (${spellOver}) THEN NULL WHEN ${flag} = 1 THEN ${NOT_A_DATE_DATE} ELSE ${date('discharged')} END`,
    DISMETH: choose(
      [
        [`NOT (${spellOver})`, '8'],
        ['died', '4'],
        [`${bits('spell_draw', 55, 7)} = 0`, '9'],
        [`${bits('spell_draw', 55, 7)} < 4`, '2'],
      ],
      '1',
    ),
    DISDEST: choose(
      [
        [`NOT (${spellOver})`, '98'],
        ['died', '79'],
        [`${bits('episode_draw', 47, 7)} = 0`, '99'],
        [`${bits('episode_draw', 47, 7)} < 5`, '51'],
        [`${bits('episode_draw', 47, 7)} < 9`, '54'],
      ],
      '19',
    ),
    ...numbered(DIAGNOSES, (number, two) => [`DIAG_4_${two}`, `diagnosis4_${number}`]),
    ...numbered(DIAGNOSES, (number, two) => [`DIAG_3_${two}`, `diagnosis3_${number}`]),
    DIAG_COUNT: 'diagnosis_count',
    CAUSE_4: 'CASE WHEN NOT _other_primary THEN cause END',
    CAUSE_3: 'CASE WHEN NOT _other_primary THEN cause3 END',
    ...numbered(PROCEDURES, (number, two) => [
      `OPERTN_4_${two}`,
      `CASE WHEN first THEN procedure${number} ${number === 1 ? `ELSE '-   '::code_opcs4` : ''} END`,
    ]),
    ...numbered(PROCEDURES, (number, two) => [
      `OPERTN_3_${two}`,
      `CASE WHEN first THEN procedure${number}_3 ${number === 1 ? `ELSE '-  '::code_opcs3` : ''} END`,
    ]),
    ...numbered(PROCEDURES, (number, two) => [
      `OPDATE_${two}`,
      `CASE WHEN first AND procedures >= ${number} THEN CASE WHEN ${flag} < 4 THEN ${NOT_A_DATE_DATE} ELSE ${date('least(episode_start + 1, episode_end)')} END END`,
    ]),
    OPERTN_COUNT: `CASE WHEN first THEN procedures ELSE 0 END`,
    OPERSTAT: choose(
      [
        [operated, '1'],
        [`procedure1_3 = '&  '`, '9'],
      ],
      '8',
    ),
    ...PROVIDER_COLUMNS,
    CONSULT: 'consultant',
    MAINSPEF: 'main',
    TRETSPEF: 'treatment',
    SUSHRG: 'resource_group',
    FCE: 'finished::INTEGER',
    FAE: '(first AND finished)::INTEGER',
    FAE_EMERGENCY: '(first AND finished AND emergency = 1)::INTEGER',
    FDE: `(${spellOver})::INTEGER`,
  });
}
