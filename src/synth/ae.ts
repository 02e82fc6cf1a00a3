import { attendances, clockTimes } from './attendances.ts';
import { bits } from './draw.ts';
import { hesAge, PATIENT_COLUMNS, PROVIDER_COLUMNS, susRecord, yearColumns } from './hes.ts';
import { always, below, choose, date, type Sql, select, through } from './sql.ts';
import { type Portion, recordKey } from './visits.ts';

/** HES A&E: the attendances of one financial year. It ended with March 2020. */
export function hesAe(portion: Portion): Sql {
  const department = bits('attendance_draw', 10, 6);
  const group = bits('attendance_draw', 16, 6);
  const category = bits('attendance_draw', 22, 6);
  const mode = bits('arrival_draw', 34, 6);
  const side = bits('arrival_draw', 40, 2);
  const source = bits('arrival_draw', 42, 6);
  return through(
    attendances(portion),
    clockTimes('hhmm'),
    select({
      ...yearColumns(portion),
      AEKEY: recordKey(portion, 'nth'),
      SUSRECID: susRecord(portion, 'visit_id'),
      ...PATIENT_COLUMNS,
      ARRIVALAGE: hesAge('day', 'day_ymd'),
      ARRIVALDATE: date('day'),
      ARRIVALTIME: 'arrived_at',
      AEARRIVALMODE: choose({ [`${mode} < 18 OR disposal < 10`]: '1', [`${mode} = 63`]: '9' }, '2'),
      AEATTENDCAT: choose(below(category, '1<58 2<60 3<63'), '9'),
      AEATTENDDISP: choose(below('disposal', '01<16 02<28 03<44 04<48 06<53 07<55 11<57 12<60 13<61 14<63'), '99'),
      AEDEPTTYPE: choose(below(department, '01<42 02<44 03<60'), '04'),
      AEREFSOURCE: choose(below(source, '01<40 03<48 00<54 08<60 07<62'), '99'),
      AEPATGROUP: choose({ 'injury = 0': '80', ...below(group, '60<50 10<54 40<58 20<61 30<63') }, '99'),
      AEINCLOCTYPE: choose({ 'injury = 0': '10', ...below(group, '10<24 40<30 50<36 60<52') }, '91'),
      INITTIME: 'assessed_at',
      TRETTIME: 'treated_at',
      CONCLTIME: 'concluded_at',
      DEPTIME: 'left_at',
      INITDUR: 'assessed',
      TRETDUR: 'treated',
      CONCLDUR: 'concluded',
      DEPDUR: 'left_after',
      DIAGSCHEME: always('01'),
      DIAG2_01: 'diagnosis2',
      DIAG3_01: 'diagnosis3',
      DIAGA_01: 'area',
      DIAGS_01: choose({ 'injury = 0': '8', ...below(side, 'L<1 R<2') }, '8'),
      NODIAGS: '1',
      INVEST2_01: choose({ [`injury = 1 AND ${side} < 3`]: '01', ...below(mode, '06<12 03<24 12<28') }, '24'),
      NOINVESTS: '1',
      TREAT2_01: choose(below(group, '22<30 02<36 30<42 21<48'), '99'),
      TREAT3_01: choose(below(group, '222<20 221<30 021<36 30<42 21<48'), '99'),
      NOTREATS: '1',
      ...PROVIDER_COLUMNS,
    }),
  );
}
