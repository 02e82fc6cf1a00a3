import { type Lookup, weighted } from './lookup.ts';

/**
 * Diagnoses that are noted besides: ICD-10, weight under 16, from 16 to 49, from 50 on. Of each age there must be at
 * least as many as there are pools .
 */
const COMORBIDITIES = `
I10X 0 10 100
E780 0 5 40
Z867 0 4 36
Z921 0 3 30
F171 0 34 30
J459 24 30 20
I259 0 1 28
I489 0 1 32
Z922 1 3 26
N183 0 2 20
K219 3 8 20
E039 1 9 20
F329 1 24 20
M199 0 4 24
J449 0 1 26
Z880 10 22 24
I252 0 1 18
I509 0 1 20
Z864 0 16 22
N390 4 6 16
E669 4 18 16
Z966 0 1 16
Z955 0 1 14
D649 3 8 14
M819 0 1 12
K449 0 3 10
N179 1 3 13
H919 2 3 12
F03X 0 0 11
R296 0 1 10
Z853 0 1 8
Z854 0 1 7
G473 2 4 7
Z950 0 0 8
I739 0 1 8
K573 0 1 10
Z904 0 4 8
F419 3 22 10
H409 0 1 7
Z878 6 8 9
I693 0 1 7
R54X 0 0 7
M069 0 2 5
G409 8 7 6
Z602 0 2 9
E876 2 4 6
E871 2 3 6
K590 8 5 7
R33X 0 1 6
Z931 1 1 4
L409 1 4 4
Z907 0 2 5
Z888 3 6 6
Z720 0 10 7
Z501 0 2 6
R32X 1 1 6
B962 3 3 5
Y831 0 2 4
Z515 0 1 5
C795 0 1 4
C787 0 1 4
C780 0 1 4
F102 0 12 6
I270 0 0 3
D630 0 1 3
K746 0 2 3
N40X 0 0 9
H353 0 0 6
G20X 0 0 5
Z992 0 2 4
Z940 0 2 2
E559 2 5 4
M109 0 1 5
R15X 1 1 3
L891 0 1 4
Z741 0 1 4
R11X 16 8 5
R509 18 4 4
L309 12 4 2
J069 16 3 1
P071 8 0 0
P073 9 0 0
Q211 5 1 0
Q909 3 1 0
F840 6 3 0
Z380 7 0 0
R620 5 0 0
K210 6 3 2
E86X 9 3 5
Z370 0 26 0
Z861 2 6 6
O990 0 9 0
Z911 4 6 4
`;

const comorbidities: readonly (readonly [code: string, weights: readonly number[]])[] = COMORBIDITIES.trim()
  .split('\n')
  .map((line) => {
    const [code = '', ...weights] = line.split(' ');
    return [code, weights.map(Number)] as const;
  });

export function threeCharacters(code: string): string {
  return code.slice(0, 3);
}

/**
 * Secondary diagnoses are dealt onto pools, as many as there can be of them, for each of three ages; those of an
 * episode come each from another pool, so that none comes twice.
 */
export const POOLS = 19;
export const POOL_BITS = 7;
export const COMORBIDITY_SLOTS = POOLS * 2 ** POOL_BITS;
const COMORBIDITY_AGES = 3;
export const NO_DIAGNOSIS = -1;
/** Slots of the diagnoses that a diabetic has in most episodes: 64 for type 1 and as many for type 2. */
export const DIABETES = COMORBIDITY_AGES * COMORBIDITY_SLOTS;
export const DIABETES_BITS = 6;

const TYPE_1 = [
  ['E109', 40],
  ['E101', 8],
  ['E103', 8],
  ['E104', 5],
  ['E106', 3],
] as const;
const TYPE_2 = [
  ['E119', 48],
  ['E116', 5],
  ['E113', 3],
  ['E112', 4],
  ['E114', 3],
  ['E115', 1],
] as const;

const comorbidityLookup: Lookup = {
  name: 'comorbidities',
  columns: { diagnosis: 'CODE icd4', diagnosis3: 'CODE icd3' },
  rows: [
    { slot: NO_DIAGNOSIS, cells: [null, null] },
    ...Array.from({ length: COMORBIDITY_AGES }, (_, age) =>
      Array.from({ length: POOLS }, (_, pool) =>
        weighted(
          comorbidities.filter(([, weights]) => weights[age] !== 0).filter((_, rank) => rank % POOLS === pool),
          ([, weights]) => weights[age] ?? 0,
          2 ** POOL_BITS,
          age * COMORBIDITY_SLOTS + pool * 2 ** POOL_BITS,
          ([code]) => [code, threeCharacters(code)],
        ),
      ),
    ).flat(2),
    ...[TYPE_1, TYPE_2].flatMap((codes, type) =>
      weighted<readonly [string, number]>(
        codes,
        ([, weight]) => weight,
        2 ** DIABETES_BITS,
        DIABETES + type * 2 ** DIABETES_BITS,
        ([code]) => [code, threeCharacters(code)],
      ),
    ),
  ],
};

/** How many diagnoses an episode has: [most, share of episodes] for the young, the middle-aged and the old. */
const COUNTS: readonly (readonly (readonly [number, number])[])[] = [
  [
    [1, 22],
    [2, 17],
    [3, 10],
    [4, 6],
    [5, 4],
    [6, 2],
    [8, 1],
    [10, 1],
    [13, 1],
  ],
  [
    [1, 8],
    [2, 8],
    [3, 9],
    [4, 9],
    [5, 8],
    [6, 6],
    [7, 5],
    [8, 4],
    [10, 3],
    [12, 2],
    [15, 1],
    [20, 1],
  ],
  [
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 6],
    [6, 7],
    [7, 7],
    [8, 7],
    [9, 6],
    [10, 5],
    [11, 4],
    [12, 3],
    [14, 2],
    [16, 1],
    [18, 1],
    [20, 1],
  ],
];
export const COUNT_BITS = 6;

/** Slot: 0 to 2 by age × 64 + 6 random bits. */
const countLookup: Lookup = {
  name: 'diagnosis_counts',
  columns: { count: 'INTEGER' },
  rows: COUNTS.flatMap((counts, age) =>
    weighted(
      counts,
      ([, share]) => share,
      2 ** COUNT_BITS,
      age * 2 ** COUNT_BITS,
      ([count]) => [count],
    ),
  ),
};

export const comorbidityLookups: readonly Lookup[] = [comorbidityLookup, countLookup];
