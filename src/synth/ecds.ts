import { attendances, clockTimes } from './attendances.ts';
import { NOT_A_DATE, yearsBetween } from './calendar.ts';
import { bits, draw } from './draw.ts';
import { MINUTES_A_DAY } from './presentations.ts';
import { below, choose, date, type Sql, select, through } from './sql.ts';
import { type Portion, recordKey } from './visits.ts';

/** ECDS: the attendances of one financial year up to `asAt`. It began with April 2017. Most codes are SNOMED CT. */
export function ecds(portion: Portion): Sql {
  const department = bits('attendance_draw', 10, 6);
  const treatment = bits('attendance_draw', 16, 6);
  const category = bits('attendance_draw', 22, 6);
  const mode = bits('arrival_draw', 34, 6);
  const acuity = bits('arrival_draw', 40, 6);
  const source = bits('arrival_draw', 46, 6);
  const attendance = draw(portion.world.seed, 'ecds/attendance-identifier', 'visit_id');
  const admitted = 'disposal < 16';
  const dateAfter = (minutes: Sql) => date(`day + (arrived + ${minutes}) // ${MINUTES_A_DAY}`);
  const ifBirthKnown = (value: Sql) => `CASE WHEN reported_dob > ${NOT_A_DATE} THEN ${value} END`;
  return through(
    attendances(portion),
    clockTimes('hhmmss'),
    select({
      EPIKEY: recordKey(portion, 'nth'),
      NHS_NUMBER: 'nhs_number',
      NHS_NUMBER_STATUS_INDICATOR_CODE: 'nhs_status',
      LOCAL_PATIENT_IDENTIFIER: 'local_id',
      ATTENDANCE_IDENTIFIER: `(100000000 + ${attendance} % 899999999)::VARCHAR`,
      BIRTH_DATE: ifBirthKnown(date('reported_dob')),
      BIRTH_MONTH: ifBirthKnown('substr(mydob::VARCHAR, 1, 2)'),
      BIRTH_YEAR: ifBirthKnown('substr(mydob::VARCHAR, 3, 4)'),
      AGE_AT_ARRIVAL: ifBirthKnown(`least(${yearsBetween('dob_ymd', 'day_ymd')}, 120)`),
      POSTCODE: 'home',
      LSOA_2011: 'lsoa',
      STATED_GENDER: choose({ "sex = '1'": '1', "sex = '2'": '2', "sex = '9'": '9' }, 'X'),
      ETHNIC_CATEGORY: 'ethnos',
      PRACTICE_CODE_PATIENT_REGISTRATION: 'practice',
      ARRIVAL_DATE: date('day'),
      ARRIVAL_TIME: 'arrived_at',
      ARRIVAL_MODE: choose(
        {
          [`${mode} < 18 OR disposal < 10`]: '1048031000000100',
          ...below(mode, '1048021000000109<20 1048001000000106<26'),
        },
        '1048071000000103',
      ),
      ATTENDANCE_CATEGORY: choose(below(category, '1<58 2<60'), '3'),
      ATTENDANCE_SOURCE: choose(
        below(source, '315261000000101<50 877171000000103<56 1065391000000104<60'),
        '1077201000000100',
      ),
      DEPARTMENT_TYPE: choose(below(department, '01<40 02<42 03<58 04<60'), '05'),
      ASSESSMENT_DATE: dateAfter('assessed'),
      ASSESSMENT_TIME: 'assessed_at',
      INITIAL_ASSESSMENT_TIME_SINCE_ARRIVAL: 'assessed',
      SEEN_DATE: dateAfter('treated'),
      SEEN_TIME: 'treated_at',
      SEEN_FOR_TREATMENT_TIME_SINCE_ARRIVAL: 'treated',
      DECIDED_TO_ADMIT_DATE: `CASE WHEN ${admitted} THEN ${dateAfter('concluded')} END`,
      DECIDED_TO_ADMIT_TIME: `CASE WHEN ${admitted} THEN concluded_at END`,
      CONCLUSION_DATE: dateAfter('concluded'),
      CONCLUSION_TIME: 'concluded_at',
      CONCLUSION_TIME_SINCE_ARRIVAL: 'concluded',
      DEPARTURE_DATE: dateAfter('left_after'),
      DEPARTURE_TIME: 'left_at',
      DEPARTURE_TIME_SINCE_ARRIVAL: 'left_after',
      ACUITY: choose(
        below(acuity, '1064891000000107<1 1064911000000105<9 1064901000000103<32 1077241000000103<58'),
        '1077251000000100',
      ),
      CHIEF_COMPLAINT: 'complaint',
      DIAGNOSIS_CODE_1: 'snomed',
      DIAGNOSIS_QUALIFIER_1: choose(below(treatment, '415684004<20'), '410605003'),
      INVESTIGATION_CODE_1: choose(
        { 'injury = 1': '168537006', ...below(mode, '26604007<20 29303009<34 167252002<40') },
        '1088291000000101',
      ),
      TREATMENT_CODE_1: choose(below(treatment, '413334001<30 225358003<38 281800008<48'), '183964008'),
      INJURY_DATE: `CASE WHEN injury = 1 THEN ${date('day')} END`,
      INJURY_INTENT: choose({ 'injury = 0': null, ...below(treatment, '248062006<4 52684005<8') }, '282100009'),
      DISCHARGE_STATUS: choose(
        { 'disposal = 60': '1066321000000107', 'disposal = 61': '1066301000000103' },
        '182992009',
      ),
      DISCHARGE_DESTINATION: choose({ [admitted]: '306706006', 'disposal = 54': '19712007' }, '306689006'),
      DISCHARGE_FOLLOW_UP: choose(below('disposal', '3780001<28 281604004<50'), '306206005'),
      PROVIDER_CODE: 'provider',
      SITE: 'site',
    }),
  );
}
