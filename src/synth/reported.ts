import { trusts } from './areas.ts';
import { NOT_A_DATE, NOT_GIVEN } from './calendar.ts';
import { bits, draw } from './draw.ts';
import { HERITAGES } from './heritage.ts';
import { nhsNumber, nhsNumberText } from './nhs-numbers.ts';
import { POSTCODES_PER_LSOA, SITES_PER_TRUST, SPECIAL_PRACTICES } from './places.ts';
import { heritage, household, practice, residenceOn } from './residents.ts';
import { add, all, choose, drop, lookUp, type Sql, type Step } from './sql.ts';
import { mergedOn, OWN_NUMBER, oldNumber, oldNumbers, unknownNumber } from './succession.ts';
import { numberCount, type World } from './world.ts';

/**
 * What is wrong with the NHS number of a row, in 16384ths of all rows: 1 % have none, 0.3 % one that PDS does not know,
 * 0.2 % a wrong check digit, 0.4 % are written with blanks and 0.2 % with hyphens.
 */
const FAULTS = { missing: 164, unknown: 213, wrong: 246, blanks: 311, hyphens: 344 } as const;

/**
 * Adds what a provider reports of the patient on a day: `nhs_number`, `nhs_check` and `nhs_status`; `reported_dob` (a
 * day number), `mydob` and `sex`; `home` (postcode as HES writes it), `lsoa` and `msoa`; `practice` and `ethnos`; the
 * trust and its `site`, and `local_id`, the patient's number there. Needs a visit.
 */
export function reported(world: World, purpose: string, day: Sql): Step {
  const { seed } = world;
  return all(
    oldNumbers(world),
    household(world),
    add({
      report_draw: draw(seed, `${purpose}/report`, 'visit_id'),
      visitor_draw: draw(seed, `${purpose}/visitor`, 'visit_id'),
    }),
    number(world, day),
    birthAndSex(),
    home(world, day),
    provider(world),
    heritage(),
    lookUp([
      'ethnic_categories',
      `CASE WHEN ${bits('visitor_draw', 0, 5)} = 0 THEN ${HERITAGES.length * 1024} ELSE heritage * 1024 END
      + ${bits(draw(seed, 'ethnic-category', 'person_id'), 0, 10)}`,
      { ethnos: 'ethnos' },
    ]),
  );
}

function number(world: World, day: Sql): Step {
  const count = numberCount(world);
  const old = oldNumber(`${bits('report_draw', 14, 6)} % owned`);
  // Until two records were merged the old number was as good as the other; a few go on using it for ever.
  const usesOld = `owned > 0 AND ${bits('report_draw', 20, 7)} < CASE WHEN ${day} < ${mergedOn(world, old)} THEN 90 ELSE 6 END`;
  const grouped = (mark: string) =>
    `substr(_text, 1, 3) || '${mark}' || substr(_text, 4, 3) || '${mark}' || substr(_text, 7, 4)`;
  return all(
    add({ _fault: bits('report_draw', 0, 14) }),
    add({
      _index: `CASE WHEN _fault >= ${FAULTS.missing} AND _fault < ${FAULTS.unknown} THEN ${unknownNumber(world, bits('report_draw', 27, 28))}
        WHEN ${usesOld} THEN ${old} ELSE ${OWN_NUMBER} END`,
    }),
    nhsNumber(world.seed, count, '_index', '_number'),
    add({
      _text: nhsNumberText(
        `(_number + CASE WHEN _fault < ${FAULTS.unknown} OR _fault >= ${FAULTS.wrong} THEN 0 WHEN _number % 10 = 9 THEN -9 ELSE 1 END)`,
        count,
      ),
    }),
    add({
      nhs_number: `CASE WHEN _fault >= ${FAULTS.hyphens} THEN _text WHEN _fault < ${FAULTS.missing} THEN NULL WHEN _fault < ${FAULTS.wrong} THEN _text
        WHEN _fault < ${FAULTS.blanks} THEN ${grouped(' ')} ELSE ${grouped('-')} END`,
      nhs_check: choose(
        {
          [`_fault >= ${FAULTS.hyphens}`]: 'Y',
          [`_fault < ${FAULTS.missing}`]: null,
          [`_fault < ${FAULTS.unknown}`]: 'Y',
        },
        'N',
      ),
      nhs_status: choose(
        {
          [`_fault >= ${FAULTS.hyphens} AND born`]: '08',
          [`_fault >= ${FAULTS.wrong}`]: '01',
          '_fault < 110': '03',
          '_fault < 150': '02',
          [`_fault < ${FAULTS.missing}`]: '07',
        },
        '04',
      ),
    }),
    drop('_fault', '_index', '_number', '_text'),
  );
}

function birthAndSex(): Step {
  const odd = bits('visitor_draw', 5, 12);
  const sex = bits('visitor_draw', 17, 12);
  return all(
    add({
      reported_dob: `CASE WHEN ${odd} >= 12 THEN dob WHEN ${odd} < 4 THEN ${NOT_GIVEN} WHEN ${odd} < 6 THEN ${NOT_A_DATE} ELSE dob - 30 END`,
      sex: choose({ [`${sex} < 6`]: '0', [`${sex} < 12`]: '9', [`female = (${sex} >= 16)`]: '2' }, '1'),
    }),
    lookUp(['calendar', 'reported_dob', { mydob: 'mydob', dob_ymd: 'ymd' }]),
  );
}

function home(world: World, day: Sql): Step {
  const lost = bits('visitor_draw', 29, 10);
  const gp = bits('report_draw', 55, 9);
  return all(
    residenceOn(world.seed, day),
    practice(world, `CASE WHEN ${gp} < 9 THEN ${SPECIAL_PRACTICES} + ${gp} END`),
    add({
      home: `CASE WHEN ${lost} >= 6 THEN padded || inward WHEN ${lost} < 3 THEN 'ZZ99 3VZ' ELSE 'ZZ99 3WZ' END`,
      _lsoa: `CASE WHEN ${lost} >= 6 THEN postcode_id // ${POSTCODES_PER_LSOA} ELSE -1 END`,
    }),
    lookUp(['lsoas', '_lsoa', { lsoa: 'lsoa', msoa: 'msoa' }]),
  );
}

function provider({ seed }: World): Step {
  const away = bits('visitor_draw', 39, 6);
  return all(
    // One visit in eight is to a trust anywhere.
    add({ trust_id: `CASE WHEN ${away} < 8 THEN ${bits('visitor_draw', 45, 14)} % ${trusts.length} ELSE trust END` }),
    lookUp([
      'sites',
      `trust_id * ${SITES_PER_TRUST} + ${bits('visitor_draw', 59, 2)}`,
      { provider: 'provider', provider5: 'provider5', site: 'site' },
    ]),
    add({
      local_id: `(10000000 + ${draw(seed, 'local-id', 'person_id::BIGINT * 256 + trust_id')} % 90000000)::VARCHAR`,
    }),
  );
}
