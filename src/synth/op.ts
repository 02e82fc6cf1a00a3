import { NOT_A_DATE, yearMonthDay, yearsBetween } from './calendar.ts';
import { CLINIC_BITS, OUTPATIENT_PROCEDURE_BITS } from './clinics.ts';
import { COMORBIDITY_SLOTS, DIABETES, DIABETES_BITS } from './comorbidities.ts';
import { bits, draw, exponential } from './draw.ts';
import { hesAge, mostly, PATIENT_COLUMNS, PROVIDER_COLUMNS, susRecord, yearColumns } from './hes.ts';
import { CONSULTANTS_PER_TRUST } from './places.ts';
import { reported } from './reported.ts';
import { add, all, below, choose, lookUp, pickBelow, type Sql, type Step, select, through } from './sql.ts';
import { type Portion, recordKey, visitsOn, visitsSoFar } from './visits.ts';

/** HES OP: the appointments of one financial year up to `asAt`, kept or not. */
export function hesOp(portion: Portion): Sql {
  const { world } = portion;
  return through(
    visitsOn(portion),
    visitsSoFar(portion),
    appointment(portion),
    reported(world, 'op', 'day'),
    lookUp([
      'consultants',
      `trust_id * ${CONSULTANTS_PER_TRUST} + ${bits('appointment_draw', 40, 5)}`,
      {
        consultant: 'consultant',
      },
    ]),
    columns(portion),
  );
}

function appointment({ world: { seed } }: Portion): Step {
  const anyDiagnosis = `_age_group * ${COMORBIDITY_SLOTS} + ${bits('coding_draw', 15, 16)} % ${COMORBIDITY_SLOTS}`;
  const diabetes = `${DIABETES + 2 ** DIABETES_BITS} + ${bits('coding_draw', 15, DIABETES_BITS)}`;
  // Outpatient diagnoses are hardly ever coded.
  const coded = `${bits('coding_draw', 0, 7)} < 5`;
  return all(
    add({
      appointment_draw: draw(seed, 'op/appointment', 'visit_id'),
      coding_draw: draw(seed, 'op/coding', 'visit_id'),
      waited: `least(3 + floor(${exponential(draw(seed, 'op/wait', 'visit_id'))} * 55)::INTEGER, 700, day - dob)`,
      _age_group: pickBelow('day - dob', { [16 * 365]: '0', [60 * 365]: '1' }, '2'),
    }),
    lookUp(
      [
        'clinics',
        `_age_group * ${2 ** CLINIC_BITS} + ${bits('appointment_draw', 0, CLINIC_BITS)}`,
        {
          treatment: 'treatment',
          main: 'main',
          _diabetic: 'diabetic',
        },
      ],
      [
        'outpatient_procedures',
        bits('coding_draw', 7, OUTPATIENT_PROCEDURE_BITS),
        {
          procedure4: 'procedure4',
          procedure3: 'procedure3',
          procedures: 'count',
        },
      ],
    ),
    lookUp([
      'comorbidities',
      `CASE WHEN _diabetic = 1 THEN ${diabetes} ELSE ${anyDiagnosis} END`,
      {
        _diagnosis4: 'diagnosis',
        _diagnosis3: 'diagnosis3',
      },
    ]),
    add({
      diagnosis4: `CASE WHEN ${coded} THEN _diagnosis4 ELSE 'R69X'::code_icd4 END`,
      diagnosis3: `CASE WHEN ${coded} THEN _diagnosis3 ELSE 'R69'::code_icd3 END`,
      attended: bits('appointment_draw', 9, 7),
      turn: bits('appointment_draw', 16, 7),
    }),
    lookUp(yearMonthDay('day', 'day_ymd')),
  );
}

function columns(portion: Portion): Step {
  const seen = 'attended >= 28';
  return select({
    ...yearColumns(portion),
    ATTENDKEY: recordKey(portion, 'nth'),
    SUSRECID: susRecord(portion, 'visit_id'),
    ...PATIENT_COLUMNS,
    APPTAGE: hesAge('day', 'day_ymd'),
    APPTAGE_CALC: `CASE WHEN reported_dob > ${NOT_A_DATE} THEN ${yearsBetween('dob_ymd', 'day_ymd')}::DOUBLE END`,
    REQDATE: mostly('day - waited', 'appointment_draw', 45),
    REFSOURC: choose(below(bits('appointment_draw', 23, 6), '03<34 05<46 01<50 04<53 92<56 06<58'), '97'),
    REFERORG: 'practice',
    PRIORITY: choose(below(bits('appointment_draw', 29, 6), '1<46 2<54 3<61'), '9'),
    SERVTYPE: choose(below(bits('appointment_draw', 35, 5), '1<26 2<28'), '3'),
    WAITING: 'waited',
    WAIT_IND: choose({ 'turn < 34 OR turn >= 124': '5' }, '1'),
    APPTDATE: mostly('day', 'appointment_draw', 54),
    ATTENDED: choose({ 'attended >= 30': '5', [seen]: '6', ...below('attended', '3<9 2<18 4<27') }, '7'),
    ATENTYPE: choose(
      { [`${seen} AND turn < 40`]: '1', [seen]: '2', 'attended < 9 AND turn < 40': '21', 'attended < 9': '22' },
      '11',
    ),
    ATTENDANCE: `(${seen})::INTEGER`,
    FIRSTATT: choose(below('turn', '1<34 3<40 2<112 4<126'), '9'),
    OUTCOME: choose({ [`NOT (${seen})`]: '3', ...below(bits('coding_draw', 31, 6), '1<16 2<46 3<62') }, '9'),
    ADMINCAT: choose(below(bits('coding_draw', 37, 8), '99<2 02<5'), '01'),
    STAFFTYP: choose(below(bits('coding_draw', 45, 4), '01<8 04<12'), '99'),
    ...PROVIDER_COLUMNS,
    CONSULT: 'consultant',
    MAINSPEF: 'main',
    TRETSPEF: 'treatment',
    DIAG_4_01: 'diagnosis4',
    DIAG_3_01: 'diagnosis3',
    DIAG_COUNT: '1',
    OPERTN_4_01: 'procedure4',
    OPERTN_3_01: 'procedure3',
    OPERTN_COUNT: 'procedures',
    OPERSTAT: choose({ 'procedures > 0': '1', "procedure3 = '&  '": '9' }, '8'),
  });
}
