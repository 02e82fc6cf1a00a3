import { attendances, clockTimes } from './attendances.ts';
import { bits } from './draw.ts';
import { hesAge, PATIENT_COLUMNS, PROVIDER_COLUMNS, susRecord, yearColumns } from './hes.ts';
import { below, choose, date, type Sql, select, through } from './sql.ts';
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
      AEARRIVALMODE: choose(
        [
          [`${mode} < 18 OR disposal < 10`, '1'],
          [`${mode} = 63`, '9'],
        ],
        '2',
      ),
      AEATTENDCAT: choose(
        below(category, [
          [58, '1'],
          [60, '2'],
          [63, '3'],
        ]),
        '9',
      ),
      AEATTENDDISP: choose(
        below('disposal', [
          [16, '01'],
          [28, '02'],
          [44, '03'],
          [48, '04'],
          [53, '06'],
          [55, '07'],
          [57, '11'],
          [60, '12'],
          [61, '13'],
          [63, '14'],
        ]),
        '99',
      ),
      AEDEPTTYPE: choose(
        below(department, [
          [42, '01'],
          [44, '02'],
          [60, '03'],
        ]),
        '04',
      ),
      AEREFSOURCE: choose(
        below(source, [
          [40, '01'],
          [48, '03'],
          [54, '00'],
          [60, '08'],
          [62, '07'],
        ]),
        '99',
      ),
      AEPATGROUP: choose(
        [
          ['injury = 0', '80'],
          ...below(group, [
            [50, '60'],
            [54, '10'],
            [58, '40'],
            [61, '20'],
            [63, '30'],
          ]),
        ],
        '99',
      ),
      AEINCLOCTYPE: choose(
        [
          ['injury = 0', '10'],
          ...below(group, [
            [24, '10'],
            [30, '40'],
            [36, '50'],
            [52, '60'],
          ]),
        ],
        '91',
      ),
      INITTIME: 'assessed_at',
      TRETTIME: 'treated_at',
      CONCLTIME: 'concluded_at',
      DEPTIME: 'left_at',
      INITDUR: 'assessed',
      TRETDUR: 'treated',
      CONCLDUR: 'concluded',
      DEPDUR: 'left_after',
      DIAGSCHEME: choose([], '01'),
      DIAG2_01: 'diagnosis2',
      DIAG3_01: 'diagnosis3',
      DIAGA_01: 'area',
      DIAGS_01: choose(
        [
          ['injury = 0', '8'],
          ...below(side, [
            [1, 'L'],
            [2, 'R'],
          ]),
        ],
        '8',
      ),
      NODIAGS: '1',
      INVEST2_01: choose(
        [
          [`injury = 1 AND ${side} < 3`, '01'],
          ...below(mode, [
            [12, '06'],
            [24, '03'],
            [28, '12'],
          ]),
        ],
        '24',
      ),
      NOINVESTS: '1',
      TREAT2_01: choose(
        below(group, [
          [30, '22'],
          [36, '02'],
          [42, '30'],
          [48, '21'],
        ]),
        '99',
      ),
      TREAT3_01: choose(
        below(group, [
          [20, '222'],
          [30, '221'],
          [36, '021'],
          [42, '30'],
          [48, '21'],
        ]),
        '99',
      ),
      NOTREATS: '1',
      ...PROVIDER_COLUMNS,
    }),
  );
}
