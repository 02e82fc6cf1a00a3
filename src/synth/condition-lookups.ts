import { threeCharacters } from './comorbidities.ts';
import { type Condition, conditions, STRATA } from './conditions.ts';
import { type Cell, type Lookup, weighted } from './lookup.ts';

export const CONDITION_SLOTS = 2048;
/** The stratum of the newborn, after {@link STRATA}. */
export const NEWBORN = STRATA.length;
const KINDS = ['E', 'D', 'I', 'M', 'R', 'B'] as const;

const BIRTHS: readonly Condition[] = (
  [
    ['Z380', 91, 1],
    ['P599', 4, 3],
    ['P073', 3, 11],
    ['P220', 2, 6],
  ] as const
).map(([diagnosis, weight, nights]) => ({
  diagnosis,
  mainSpecialty: diagnosis === 'Z380' ? '560' : '420',
  treatmentSpecialty: diagnosis === 'Z380' ? '424' : '422',
  kind: 'E',
  nights,
  procedures: [],
  cause: null,
  weights: [weight],
}));

/** Root of the healthcare resource group for the chapter of the diagnosis. */
const RESOURCE_GROUPS: Readonly<Record<string, string>> = {
  A: 'WJ',
  B: 'WJ',
  C: 'YJ',
  D: 'SA',
  E: 'KA',
  F: 'WD',
  G: 'AA',
  H: 'BZ',
  I: 'EB',
  J: 'DZ',
  K: 'FD',
  L: 'JD',
  M: 'HC',
  N: 'LB',
  O: 'NZ',
  P: 'PB',
  R: 'WH',
  S: 'HE',
  T: 'WH',
  U: 'DZ',
  Z: 'WH',
};

/** No procedure, and not known whether any: HES pads both to the width of a code. */
const NO_PROCEDURE = '-';

/** Slot: stratum × 2048 + 11 random bits. */
const conditionLookup: Lookup = {
  name: 'conditions',
  columns: {
    diagnosis: 'CODE icd4',
    diagnosis3: 'CODE icd3',
    main: 'CODE',
    treatment: 'CODE',
    kind: 'INTEGER',
    nights: 'DOUBLE',
    procedure1: 'CODE opcs4',
    procedure2: 'CODE opcs4',
    procedure3: 'CODE opcs4',
    procedure4: 'CODE opcs4',
    procedure1_3: 'CODE opcs3',
    procedure2_3: 'CODE opcs3',
    procedure3_3: 'CODE opcs3',
    procedure4_3: 'CODE opcs3',
    procedures: 'INTEGER',
    cause: 'CODE',
    cause3: 'CODE',
    resource_group: 'CODE',
  },
  rows: [...STRATA.map((_, stratum) => ({ stratum, from: conditions })), { stratum: NEWBORN, from: BIRTHS }].flatMap(
    ({ stratum, from }) =>
      weighted(
        from,
        (condition) => condition.weights[stratum === NEWBORN ? 0 : stratum] ?? 0,
        CONDITION_SLOTS,
        stratum * CONDITION_SLOTS,
        (condition) => conditionCells(condition, stratum),
      ),
  ),
};

function conditionCells(condition: Condition, stratum: number): readonly Cell[] {
  const first = condition.procedures[0] ?? NO_PROCEDURE;
  const procedures = [first, condition.procedures[1], condition.procedures[2], condition.procedures[3]];
  return [
    condition.diagnosis,
    threeCharacters(condition.diagnosis),
    condition.mainSpecialty,
    condition.treatmentSpecialty,
    KINDS.indexOf(stratum === NEWBORN ? 'B' : condition.kind),
    condition.nights,
    ...procedures.map((code) => code?.padEnd(4) ?? null),
    ...procedures.map((code) => (code === undefined ? null : threeCharacters(code).padEnd(3))),
    condition.procedures[0] === '&' ? 0 : condition.procedures.length,
    condition.cause === null ? null : condition.cause.padEnd(4, '9'),
    condition.cause,
    `${RESOURCE_GROUPS[condition.diagnosis.charAt(0)] ?? 'UZ'}${String(((condition.nights * 7 + stratum * 3) % 60) + 1).padStart(2, '0')}${'ABCDEF'.charAt(stratum % 6)}`,
  ];
}

/** How each kind of stay begins: method and source of admission, patient class, intended management, weight. */
const ADMISSIONS: readonly (readonly (readonly [string, string, string, string, number])[])[] = [
  [
    ['21', '19', '1', '8', 40],
    ['22', '19', '1', '8', 8],
    ['2A', '19', '1', '8', 6],
    ['28', '19', '1', '8', 3],
    ['2D', '19', '1', '8', 2],
    ['24', '19', '1', '8', 2],
    ['21', '54', '1', '8', 1],
    ['81', '51', '1', '8', 2],
  ],
  [
    ['11', '19', '2', '2', 40],
    ['12', '19', '2', '2', 16],
    ['13', '19', '2', '2', 8],
  ],
  [
    ['11', '19', '1', '1', 44],
    ['12', '19', '1', '1', 14],
    ['13', '19', '1', '1', 5],
    ['11', '51', '1', '1', 1],
  ],
  [
    ['31', '19', '1', '8', 46],
    ['32', '19', '1', '8', 12],
    ['31', '19', '5', '8', 6],
  ],
  [
    ['13', '19', '3', '4', 62],
    ['13', '19', '4', '5', 2],
  ],
  [
    ['82', '79', '1', '8', 60],
    ['83', '79', '1', '8', 3],
    ['82', '79', '5', '8', 1],
  ],
];
export const ADMISSION_BITS = 6;

/** Slot: kind × 64 + 6 random bits. */
const admissionLookup: Lookup = {
  name: 'admissions',
  columns: {
    method: 'CODE',
    source: 'CODE',
    class: 'CODE',
    intended: 'CODE',
    elective: 'INTEGER',
    emergency: 'INTEGER',
  },
  rows: ADMISSIONS.flatMap((ways, kind) =>
    weighted(
      ways,
      ([, , , , weight]) => weight,
      2 ** ADMISSION_BITS,
      kind * 2 ** ADMISSION_BITS,
      ([method, source, patientClass, intended]) => [
        method,
        source,
        patientClass,
        intended,
        Number(method.startsWith('1')),
        Number(method.startsWith('2')),
      ],
    ),
  ),
};

export const conditionLookups: readonly Lookup[] = [conditionLookup, admissionLookup];
