import { fixedDay } from './calendar.ts';
import { bits, draw } from './draw.ts';
import { FAMILY_NAME_SLOTS } from './family-names.ts';
import { COHORTS, GIVEN_NAME_SLOTS } from './given-names.ts';
import { CARE_HOME } from './households.ts';
import { nhsNumber, nhsNumberText } from './nhs-numbers.ts';
import { DEPARTED, registration, returned } from './people.ts';
import { heritage, household, practice, residenceOn } from './residents.ts';
import { add, all, choose, date, lookUp, repeat, type Sql, type Step, select, through } from './sql.ts';
import { mergedOn, OWN_NUMBER, oldNumber, oldNumbers } from './succession.ts';
import { numberCount, type World } from './world.ts';

/** An old record shows the person as so many days ago. */
const OLD_RECORD_DAYS = 2_500;

/** PDS: a record for each number of each person, as known at the end of the day `asAt`. */
export function pds(world: World): Sql {
  return through(
    'SELECT * FROM people',
    oldNumbers(world),
    household(world),
    registration(world),
    records(world),
    heritage(),
    names(world),
    address(world),
    columns(world),
  );
}

function records(world: World): Step {
  const { seed, asAt } = world;
  const count = numberCount(world);
  return all(
    repeat('owned + 1', 'nth'),
    add({ number_index: `CASE WHEN nth = 0 THEN ${OWN_NUMBER} ELSE ${oldNumber('nth - 1')} END` }),
    add({
      next_index: `CASE WHEN nth = 0 THEN NULL WHEN nth < owned AND cyclic THEN ${oldNumber('nth')} WHEN cyclic THEN ${oldNumber('0')}
        WHEN ${mergedOn(world, 'number_index')} > ${asAt} THEN NULL WHEN nth < owned THEN ${oldNumber('nth')} ELSE ${OWN_NUMBER} END`,
      // Bits 0 to 13 confidentiality, 14 no fixed abode, 28 another birth, 33 gender, 47 a death not yet formal.
      record_draw: draw(seed, 'record', 'number_index'),
    }),
    nhsNumber(seed, count, 'number_index', 'number'),
    nhsNumber(seed, count, 'next_index', 'next_number'),
    add({ _flag: bits('record_draw', 0, 14), invalid: `nth = 0 AND ${bits('record_draw', 0, 14)} BETWEEN 16 AND 64` }),
  );
}

function names({ seed }: World): Step {
  const cohort = COHORTS.slice(1)
    .map((year) => `(dob >= ${fixedDay(`${year}-01-01`)})::INTEGER`)
    .join(' + ');
  const ownFamilyName = `own_name OR (nth > 0 AND female AND ${bits('name_draw', 23, 1)} = 1)`;
  return all(
    add({
      name_draw: draw(seed, 'names', 'person_id'),
      departed: DEPARTED,
      departure_draw: draw(seed, 'departure', 'person_id'),
    }),
    lookUp([
      'family_names',
      `heritage * ${FAMILY_NAME_SLOTS} + CASE WHEN ${ownFamilyName} THEN ${bits('name_draw', 0, 13)} ELSE ${bits('household_draw', 32, 13)} END`,
      { family_name: 'name' },
    ]),
    add({ _given: `((heritage * ${COHORTS.length} + ${cohort}) * 2 + (NOT female)::INTEGER) * ${GIVEN_NAME_SLOTS}` }),
    lookUp(
      ['given_names', `_given + ${bits('name_draw', 24, 9)}`, { given_name: 'name' }],
      ['given_names', `_given + ${bits('name_draw', 33, 9)}`, { other_given_name: 'name' }],
    ),
  );
}

function address(world: World): Step {
  const { seed, asAt } = world;
  return all(
    residenceOn(seed, `least(dod, CASE WHEN nth = 0 THEN ${asAt} ELSE ${asAt - OLD_RECORD_DAYS} END)`),
    practice(world),
    add({ address_draw: draw(seed, 'address', 'residence'), street_draw: draw(seed, 'street', 'postcode_id') }),
    lookUp(
      ['streets', bits('street_draw', 0, 13), { street: 'street' }],
      ['localities', bits('street_draw', 13, 6), { locality: 'locality' }],
    ),
    add({
      nowhere: `${bits('record_draw', 14, 14)} < 8`,
      house: `1 + ${bits('address_draw', 0, 6)} + CASE WHEN ${bits('address_draw', 6, 2)} = 0 THEN ${bits('address_draw', 8, 8)} ELSE 0 END`,
      flat: `CASE WHEN ${bits('address_draw', 16, 3)} = 0 THEN 1 + ${bits('address_draw', 19, 5)} END`,
    }),
    add({ housed: 'NOT invalid AND NOT nowhere' }),
  );
}

function columns(world: World): Step {
  const { asAt } = world;
  const count = numberCount(world);
  const known = 'NOT invalid';
  const dead = `nth = 0 AND dod < ${asAt} AND ${known}`;
  const away = `departed <= ${asAt} AND coalesce(${returned(world)} > ${asAt}, true)`;
  const left = `nth = 0 AND ${away} AND ${known}`;
  const removedDead = `${dead} AND registered <= ${asAt}`;
  const departure = bits('departure_draw', 27, 7);
  return select({
    nhs_number: nhsNumberText('number', count),
    replaced_by: nhsNumberText('next_number', count),
    confidentiality: choose({ invalid: 'I', '_flag < 10': 'S', '_flag < 16': 'Y' }, null),
    family_name: `CASE WHEN ${known} THEN family_name END`,
    given_name: `CASE WHEN ${known} THEN given_name END`,
    other_given_name: `CASE WHEN ${known} AND ${bits('name_draw', 42, 8)} < 160 THEN other_given_name END`,
    // One old record in thirty was made with another date of birth.
    date_of_birth: `CASE WHEN ${known} THEN ${date(`dob - CASE WHEN nth > 0 AND ${bits('record_draw', 28, 5)} = 0 THEN 9 ELSE 0 END`)} END`,
    gender: choose(
      {
        invalid: null,
        [`${bits('record_draw', 33, 14)} < 16`]: '0',
        [`${bits('record_draw', 33, 14)} < 22`]: '9',
        female: '2',
      },
      '1',
    ),
    address_line_1: `CASE WHEN invalid THEN NULL WHEN nowhere THEN 'No fixed abode' WHEN kind = ${CARE_HOME} THEN 'Rosewood Care Home'
      WHEN flat IS NOT NULL THEN 'Flat ' || flat END`,
    address_line_2: `CASE WHEN housed THEN house || ' ' || street END`,
    address_line_3: `CASE WHEN housed AND ${bits('street_draw', 19, 3)} < 3 THEN locality END`,
    address_line_4: 'CASE WHEN housed THEN town END',
    address_line_5: 'CASE WHEN housed THEN county END',
    postcode: `CASE WHEN housed THEN outcode || ' ' || inward WHEN nowhere AND ${known} THEN 'ZZ99 3VZ' END`,
    gp_practice_code: `CASE WHEN nth = 0 AND ${known} AND dod >= ${asAt} AND NOT coalesce(${away}, false) AND ${bits('practice_draw', 4, 6)} > 0
      THEN practice END`,
    date_of_death: `CASE WHEN ${dead} THEN ${date('dod')} END`,
    death_status: choose({ [`${removedDead} AND ${bits('record_draw', 47, 6)} > 0`]: '2', [dead]: '1' }, null),
    reason_for_removal: choose(
      {
        [removedDead]: 'DEA',
        [`NOT coalesce(${left}, false)`]: null,
        [`${departure} < 72`]: 'EMB',
        [`${departure} < 96`]: 'SCT',
        [`${departure} < 102`]: 'NIT',
        [`${departure} < 114`]: 'ORR',
        [`${departure} < 122`]: 'CGA',
      },
      'TRA',
    ),
    removal_date: `CASE WHEN ${removedDead} THEN ${date('registered')} WHEN ${left} THEN ${date('departed')} END`,
  });
}
