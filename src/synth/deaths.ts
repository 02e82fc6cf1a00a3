import { yearMonthDay, yearsBetween } from './calendar.ts';
import { bits, chance, draw } from './draw.ts';
import { type Lookup, weighted } from './lookup.ts';
import { nhsNumber, nhsNumberText } from './nhs-numbers.ts';
import { registration } from './people.ts';
import { POSTCODES_PER_LSOA } from './places.ts';
import { household, practice, residenceOn } from './residents.ts';
import { add, always, below, choose, lookUp, pickBelow, type Sql, type Step, select, through, where } from './sql.ts';
import { mergedOn, OWN_NUMBER, oldNumber, oldNumbers } from './succession.ts';
import { numberCount, type World } from './world.ts';

/** Underlying cause, another on the certificate (ICD-10), weight under 45, under 75 and older; after ONS, 2022. */
const CAUSES = `
I219 I259 2 50 60
I259 I500 1 44 80
C349 C787 1 66 40
F03 J180 0 6 150
G309 J180 0 8 80
J449 J180 0 34 44
J189 A419 4 12 50
I64 J690 1 18 52
I639 I64 1 10 22
C189 C787 3 30 24
C509 C795 6 26 20
C61 C795 0 14 40
C259 C787 1 26 16
C159 C780 0 18 12
C679 N179 0 8 16
C719 G936 6 12 4
C839 A419 3 12 12
C920 J189 4 8 8
K703 K729 8 26 2
K566 A419 0 6 12
E149 N189 2 12 18
E119 I219 1 8 10
N390 A419 0 4 22
N179 I509 0 4 16
G20 J690 0 6 28
U071 J128 6 36 60
I350 I509 0 4 20
I48 I64 0 3 24
I269 I802 4 10 8
A419 N390 2 8 14
X599 S720 1 2 14
W19 S065 2 4 20
X70 T71 40 14 1
X42 T402 38 16 0
V499 T07 16 4 2
G409 R568 8 6 2
Q909 J189 5 4 0
R54 I259 0 0 40
D469 J189 0 3 8
K559 A419 0 6 12
`;

const CAUSE_BITS = 9;

/** Slot: 0 to 2 by age × 512 + 9 random bits. */
export const causeLookup: Lookup = {
  name: 'causes',
  columns: { underlying: 'CODE cause_of_death', further: 'CODE cause_of_death' },
  rows: [0, 1, 2].flatMap((age) =>
    weighted(
      CAUSES.trim()
        .split('\n')
        .map((line) => line.split(' ')),
      (fields) => Number(fields[2 + age]),
      2 ** CAUSE_BITS,
      age * 2 ** CAUSE_BITS,
      ([underlying = '', further = '']) => [underlying, further],
    ),
  ),
};

/** Civil registrations of death: of everybody whose death was registered by `asAt`, with the day that PDS has. */
export function deaths(world: World): Sql {
  const { seed, asAt } = world;
  return through(
    'SELECT person_id, household_id, female, dob, dod FROM people',
    where(`dod < ${asAt}`),
    registration(world),
    where(`registered <= ${asAt}`),
    oldNumbers(world),
    add({ death_draw: draw(seed, 'death-registration', 'person_id') }),
    number(world),
    household(world),
    residenceOn(seed, 'dod'),
    practice(world),
    lookUp(
      ['lsoas', `postcode_id // ${POSTCODES_PER_LSOA}`, { lsoa: 'lsoa' }],
      yearMonthDay('dob', 'dob_ymd'),
      yearMonthDay('dod', 'dod_ymd'),
      yearMonthDay('registered', 'registered_ymd'),
    ),
    add({ years: yearsBetween('dob_ymd', 'dod_ymd'), days: 'dod - dob' }),
    lookUp([
      'causes',
      `${pickBelow('years', { 45: '0', 75: '1' }, '2')} * ${2 ** CAUSE_BITS} + ${bits('death_draw', 26, CAUSE_BITS)}`,
      { underlying: 'underlying', further: 'further' },
    ]),
    columns(world),
  );
}

/** Two deaths in a hundred cannot be traced; of those with an old number a third are registered with it. */
function number(world: World): Step {
  const usesOld = `owned > 0 AND ${bits('death_draw', 20, 6)} < 21 AND ${mergedOn(world, oldNumber('0'))} > dod`;
  return (from) =>
    through(
      from,
      add({
        number_index: `CASE WHEN ${chance('death_draw', 0, 0.02)} THEN NULL WHEN ${usesOld} THEN ${oldNumber('0')} ELSE ${OWN_NUMBER} END`,
      }),
      nhsNumber(world.seed, numberCount(world), 'number_index', 'number'),
    );
}

function columns(world: World): Step {
  const place = bits('death_draw', 14, 6);
  const status = bits('death_draw', 35, 4);
  const third = bits('death_draw', 39, 4);
  const two = (number: Sql) => `lpad((${number})::VARCHAR, 2, '0')`;
  // A newborn's certificate names causes, but none underlies the others.
  const newborn = 'days < 28';
  return select({
    NHS_NUMBER: nhsNumberText('number', numberCount(world)),
    LEDRID: '(1000000000 + person_id)::VARCHAR',
    PCDR: "outcode || ' ' || inward",
    DOBDY: two('dob_ymd % 100'),
    DOBMT: two('dob_ymd // 100 % 100'),
    DOBYR: '(dob_ymd // 10000)::VARCHAR',
    REG_DATE: 'registered_ymd::VARCHAR',
    REG_DATE_OF_DEATH: 'dod_ymd::VARCHAR',
    CANCELLED_FLAG: always('N'),
    POD_CODE: choose(below(place, 'H<18 E<20'), 'C'),
    POD_NHS_ESTABLISHMENT: choose({ [`${place} < 20`]: null, [`${place} < 46`]: '1' }, '2'),
    POD_ESTABLISHMENT_TYPE: choose({ [`${place} < 20`]: null, [`${place} < 46`]: '01', [`${place} < 50`]: '83' }, '22'),
    DEC_SEX: choose({ female: '2' }, '1'),
    DEC_AGEC: `CASE WHEN years > 0 THEN years WHEN ${newborn} THEN days ELSE days // 30 END`,
    DEC_AGECUNIT: choose({ 'years > 0': '1', [newborn]: '4' }, '2'),
    NEO_NATE_FLAG: choose({ [newborn]: '1' }, null),
    DEC_MARITAL_STATUS: choose({ 'years < 25': '1', ...below(status, '2<6 3<12 4<14') }, '1'),
    GP_PRACTICE_CODE: 'practice',
    LSOA_OF_RESIDENCE_CODE: 'lsoa',
    S_UNDERLYING_COD_ICD10: `CASE WHEN NOT ${newborn} THEN underlying END`,
    S_COD_CODE_1: `CASE WHEN ${newborn} THEN 'P285' ELSE further::VARCHAR END`,
    S_COD_LINE_1: always('1'),
    S_COD_CODE_2: `CASE WHEN NOT ${newborn} THEN underlying END`,
    S_COD_LINE_2: choose({ [newborn]: null }, '2'),
    S_COD_CODE_3: choose({ [newborn]: null, ...below(third, 'I10<5 E119<7') }, null),
    S_COD_LINE_3: choose({ [newborn]: null, ...below(third, '6<7') }, null),
  });
}
