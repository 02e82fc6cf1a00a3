import { type Lookup, weighted } from './lookup.ts';

/** treatment specialty, consultant's specialty, weight for children, for those from 16 to 59, for those from 60 on */
const CLINICS = `
130 130 12 14 60
110 110 16 30 30
650 650 6 34 26
330 330 7 16 22
502 502 1 24 8
501 501 0 26 0
560 501 0 22 0
100 100 3 10 9
103 100 0 9 6
104 100 0 4 8
120 120 14 10 11
320 320 3 9 20
101 101 4 8 18
301 300 2 12 12
307 300 2 9 16
420 420 60 0 0
410 410 1 10 12
303 823 2 7 14
800 800 0 6 16
370 370 0 5 10
340 300 3 7 13
400 400 3 9 8
361 361 1 4 8
140 140 8 7 3
143 143 10 1 0
840 130 4 2 8
258 420 6 0 0
812 810 2 8 8
430 430 0 0 9
710 710 0 9 2
711 711 8 0 0
191 190 0 4 4
257 420 4 0 0
324 823 0 2 9
`;

export const CLINIC_BITS = 9;
export const OUTPATIENT_PROCEDURE_BITS = 8;

const DIABETIC_MEDICINE = '307';

/** Slot: 0 child, 1 adult, 2 older × 512 + 9 random bits. */
const clinicLookup: Lookup = {
  name: 'clinics',
  columns: { treatment: 'CODE', main: 'CODE', diabetic: 'INTEGER' },
  rows: [0, 1, 2].flatMap((age) =>
    weighted(
      CLINICS.trim()
        .split('\n')
        .map((line) => line.split(' ')),
      (fields) => Number(fields[2 + age]),
      2 ** CLINIC_BITS,
      age * 2 ** CLINIC_BITS,
      ([treatment = '', main = '']) => [treatment, main, Number(treatment === DIABETIC_MEDICINE)],
    ),
  ),
};

/** What is done at an appointment (OPCS-4): mostly nothing that is coded. */
const OUTPATIENT_PROCEDURES = `
- 640
& 20
X621 40
X622 24
X623 12
C873 26
C866 14
U222 10
W902 8
S083 6
M473 5
Q554 9
R365 14
U051 4
E253 10
X911 6
K583 3
U201 12
X508 3
A559 2
`;

/** Slot: 8 random bits. HES pads the codes for none and for not known to the width of a code. */
const outpatientProcedureLookup: Lookup = {
  name: 'outpatient_procedures',
  columns: { procedure4: 'CODE', procedure3: 'CODE', count: 'INTEGER' },
  rows: weighted(
    OUTPATIENT_PROCEDURES.trim()
      .split('\n')
      .map((line) => line.split(' ')),
    ([, weight]) => Number(weight),
    2 ** OUTPATIENT_PROCEDURE_BITS,
    0,
    ([code = '']) => [code.padEnd(4), code.slice(0, 3).padEnd(3), Number(code.length > 1)],
  ),
};

export const clinicLookups: readonly Lookup[] = [clinicLookup, outpatientProcedureLookup];
