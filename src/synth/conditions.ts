/** Why someone is in hospital, and what comes with it. */
export interface Condition {
  /** ICD-10, four characters without the dot. */
  readonly diagnosis: string;
  /** Specialty of the consultant's contract and of the treatment. */
  readonly mainSpecialty: string;
  readonly treatmentSpecialty: string;
  /** E emergency, D day case, I elective with a night, M maternity, R regular day attender. */
  readonly kind: 'E' | 'D' | 'I' | 'M' | 'R';
  /** Mean nights. */
  readonly nights: number;
  /** OPCS-4, the main procedure first. */
  readonly procedures: readonly string[];
  /** External cause, with injuries. */
  readonly cause: string | null;
  /** How often, for each of {@link STRATA}. */
  readonly weights: readonly number[];
}

/** By age in years at admission, and for those of child-bearing age by sex. */
export const STRATA = [
  'under 1',
  '1-15',
  'women 16-44',
  'men 16-44',
  '45-64',
  '65-74',
  '75-84',
  '85 and over',
] as const;

/** diagnosis main/treatment kind nights procedures cause weights; chosen after the commonest admissions in England. */
const CONDITIONS = `
R69X 300/300 E 1 & - 9 8 9 8 14 16 16 14
R074 300/320 E 1 - - 0 3 12 26 38 28 22 16
R104 100/100 E 1 - - 2 26 36 18 16 10 9 7
J22X 300/300 E 4 - - 30 12 4 4 10 22 34 44
J181 300/340 E 7 E925 - 12 10 8 10 24 38 52 70
J440 300/340 E 5 - - 0 0 0 0 20 34 28 16
J459 420/420 E 1 - - 4 34 14 7 6 4 3 2
J210 420/420 E 2 - - 150 4 0 0 0 0 0 0
J069 420/420 E 1 - - 70 44 3 2 2 1 1 1
B349 420/420 E 1 - - 110 52 4 4 4 2 2 2
A099 420/420 E 2 - - 40 26 8 7 8 8 10 12
N390 300/430 E 6 - - 14 8 12 3 10 22 44 72
N10X 101/101 E 3 - - 3 4 14 2 5 4 4 4
A419 300/300 E 9 - - 8 5 6 7 20 32 46 62
I219 320/320 E 4 K751,K634 - 0 0 1 5 24 24 22 20
I200 320/320 E 3 K634 - 0 0 1 3 18 18 14 10
I209 320/320 D 0 K633 - 0 0 0 3 22 26 18 4
I480 320/320 D 0 X501 - 0 0 0 3 12 20 14 4
I48X 300/320 E 4 - - 0 0 1 3 14 26 34 36
I500 300/320 E 9 - - 0 0 1 1 12 26 48 72
I639 300/328 E 14 U212 - 0 0 2 3 18 28 42 54
G459 300/328 E 2 U212 - 0 0 1 1 6 12 16 14
I269 300/340 E 4 U117 - 0 0 5 5 12 14 12 10
E109 300/307 E 3 - - 0 6 7 9 7 3 1 0
E101 300/307 E 3 - - 0 7 7 7 4 2 1 0
E103 130/130 D 0 C794 - 0 0 4 5 9 7 4 1
E119 300/307 E 4 - - 0 0 4 6 16 20 18 12
E116 300/307 E 5 - - 0 0 1 2 10 13 12 8
E113 130/130 D 0 C794 - 0 0 1 3 18 24 18 6
E115 100/107 I 9 X093 - 0 0 1 2 10 11 8 4
E871 300/300 E 5 - - 1 1 1 1 6 10 16 18
N179 300/361 E 8 - - 1 1 2 3 10 18 30 36
N185 361/361 R 0 X403 - 0 0 8 14 40 44 36 12
D509 300/301 D 0 G451 - 0 1 12 3 20 20 18 10
K210 100/301 D 0 G451 - 1 3 10 14 24 18 10 2
K297 100/301 D 0 G451 - 0 1 10 10 22 18 12 3
K573 100/301 D 0 H229 - 0 0 3 5 30 40 24 5
K635 100/301 D 0 H201 - 0 0 4 7 44 46 20 3
K589 100/301 D 0 H229 - 0 1 10 7 14 8 3 1
K509 100/301 D 0 X921 - 0 6 22 22 18 7 3 1
K802 100/100 D 0 J183,Y752 - 0 0 18 4 18 10 5 1
K800 100/100 E 6 J183 - 0 0 8 3 10 8 8 5
K359 100/100 E 3 H011 - 0 16 10 12 6 3 2 1
K409 100/100 D 0 T202,Z942 - 6 4 1 10 22 20 12 4
K922 100/301 E 5 G451 - 0 1 4 6 10 12 16 18
K590 420/420 E 2 - - 4 10 3 2 4 6 10 16
K703 300/306 E 7 T461 - 0 0 2 5 14 7 2 0
H269 130/130 D 0 C712,C751,Z942 - 1 1 1 1 32 110 130 70
H251 130/130 D 0 C712,C751,Z943 - 0 0 0 0 16 70 90 44
H353 130/130 D 0 C893,Z942 - 0 0 0 0 12 60 96 70
H401 130/130 D 0 C601 - 0 0 0 1 5 10 9 3
C509 100/103 D 0 X723 - 0 0 8 0 54 44 18 5
C509 100/103 I 2 B283,T873 - 0 0 3 0 14 13 8 3
C189 100/104 D 0 X723 - 0 0 2 2 22 36 16 2
C349 800/370 D 0 X723 - 0 0 1 1 22 40 20 2
C61X 101/101 D 0 M703 - 0 0 0 1 18 40 22 5
C61X 800/800 R 0 X654 - 0 0 0 0 10 30 14 2
C679 101/101 D 0 M421 - 0 0 0 1 10 24 26 12
C449 330/330 D 0 S065 - 0 0 2 2 20 50 66 56
C439 330/330 D 0 S069 - 0 0 3 3 10 14 12 7
C900 823/303 D 0 X729 - 0 0 0 1 16 32 26 6
C830 823/303 D 0 X722 - 0 2 3 4 16 22 14 3
C910 823/303 D 0 X722 - 2 14 2 3 2 2 1 0
D649 823/303 D 0 X332 - 1 2 4 3 12 20 26 24
M171 110/110 I 3 W401,Z943 - 0 0 0 0 26 54 40 7
M169 110/110 I 3 W371,Z942 - 0 0 1 1 20 40 34 8
M232 110/110 D 0 W822,Z942 - 0 1 5 14 18 5 1 0
M545 110/191 D 0 A521 - 0 0 10 9 24 18 12 4
M541 110/108 D 0 V544 - 0 0 5 5 14 11 7 2
M069 410/410 D 0 X921 - 0 2 8 4 22 18 9 2
M819 410/410 D 0 X351 - 0 0 1 0 6 12 12 6
G560 110/110 D 0 A651,Z094 - 0 0 5 2 12 8 6 2
G35X 400/400 R 0 X352 - 0 0 12 5 12 3 1 0
G409 400/400 E 3 - - 4 14 8 9 9 7 6 4
R55X 300/300 E 1 - - 1 4 9 7 12 16 24 28
R296 300/430 E 8 - - 0 0 0 0 2 7 22 54
F059 300/430 E 12 - - 0 0 0 0 1 5 18 36
F03X 300/430 E 16 - - 0 0 0 0 1 4 16 28
G309 430/430 E 14 - - 0 0 0 0 1 3 10 14
F329 710/710 E 20 - - 0 2 6 5 5 2 1 0
F200 710/710 E 40 - - 0 0 4 9 5 1 1 0
F102 300/300 E 3 - - 0 0 7 16 20 6 1 0
T391 300/300 E 1 - X60 0 12 16 7 6 1 1 0
S720 110/110 E 15 W461 W19 0 1 0 1 4 14 40 84
S525 110/110 E 1 W268,Z702 W01 1 20 4 6 10 9 8 7
S824 110/110 E 3 W201 W01 0 3 5 7 10 6 4 2
S099 420/420 E 1 - W19 14 16 4 8 6 6 12 22
S610 160/160 E 1 S571 W25 2 9 5 16 7 3 2 1
S068 300/180 E 5 - W19 1 2 2 4 4 5 9 12
L031 100/100 E 4 - - 4 8 8 14 18 18 20 22
L020 100/100 E 1 S472 - 3 7 12 16 10 4 2 1
L400 330/330 D 0 S124 - 0 1 6 7 8 4 1 0
J350 120/120 D 0 F341 - 0 40 12 5 1 0 0 0
H653 120/120 D 0 D151 - 2 34 1 1 1 0 0 0
J342 120/120 D 0 E036 - 0 1 6 14 6 2 0 0
K029 140/140 D 0 F103 - 0 60 4 4 3 1 1 0
K011 140/140 D 0 F091 - 0 2 24 18 8 2 1 0
N200 101/101 D 0 M141 - 0 1 6 10 18 10 4 1
N40X 101/101 I 2 M653 - 0 0 0 0 7 18 16 6
R33X 101/101 E 2 M473 - 0 1 1 3 7 13 20 20
R31X 101/101 D 0 M459 - 0 1 2 4 14 18 14 6
N433 101/101 D 0 N111 - 8 7 0 4 4 2 1 0
N47X 101/101 D 0 N303 - 4 22 0 8 3 2 1 0
N920 502/502 D 0 Q181 - 0 1 22 0 18 0 0 0
N939 502/502 D 0 Q189 - 0 0 14 0 16 4 2 1
N979 502/502 D 0 Q132 - 0 0 14 0 0 0 0 0
O021 502/502 D 0 Q111 - 0 0 12 0 0 0 0 0
O039 502/502 E 1 - - 0 0 16 0 0 0 0 0
O049 502/502 D 0 Q111 - 0 0 16 0 0 0 0 0
Z302 502/502 D 0 Q353 - 0 0 4 0 1 0 0 0
O800 501/560 M 1 R249 - 0 0 90 0 0 0 0 0
O820 501/501 M 3 R172 - 0 0 44 0 0 0 0 0
O700 501/560 M 2 R249,R321 - 0 0 40 0 0 0 0 0
O471 501/560 M 0 - - 0 0 34 0 0 0 0 0
O368 501/501 M 0 - - 0 0 60 0 0 0 0 0
O210 501/501 M 1 - - 0 0 12 0 0 0 0 0
O244 501/501 M 1 - - 0 0 8 0 0 0 0 0
P599 420/422 E 2 - - 60 0 0 0 0 0 0 0
P073 420/422 E 9 - - 24 0 0 0 0 0 0 0
R681 420/420 E 1 - - 44 1 0 0 0 0 0 0
Q381 160/171 D 0 F263 - 14 2 0 0 0 0 0 0
Z090 100/100 D 0 G459 - 0 0 2 3 14 18 10 2
Z511 800/800 D 0 X723 - 0 3 5 4 34 44 22 3
Z491 361/361 R 0 X403 - 0 0 6 10 26 30 24 8
U071 300/300 E 9 - - 3 2 7 8 22 24 32 34
I839 107/107 D 0 L842 - 0 0 5 3 10 6 3 0
I739 107/107 I 6 L594 - 0 0 0 0 6 10 9 4
I714 107/107 I 6 L271 - 0 0 0 0 1 5 6 1
I251 320/170 I 9 K401 - 0 0 0 0 6 9 5 0
I350 320/172 I 8 K262 - 0 0 0 0 3 7 12 6
T814 100/100 E 5 - Y83 0 1 8 3 9 8 6 4
T825 107/107 D 0 L744 Y83 0 0 1 1 4 5 3 1
B209 350/350 E 6 - - 0 0 1 2 2 0 0 0
`;

export const conditions: readonly Condition[] = CONDITIONS.trim()
  .split('\n')
  .map((line) => {
    const [diagnosis = '', specialties = '', kind, nights, procedures = '', cause, ...weights] = line.split(' ');
    const [mainSpecialty = '', treatmentSpecialty = ''] = specialties.split('/');
    return {
      diagnosis,
      mainSpecialty,
      treatmentSpecialty,
      kind: kind as Condition['kind'],
      nights: Number(nights),
      procedures: procedures === '-' ? [] : procedures.split(','),
      cause: cause === undefined || cause === '-' ? null : cause,
      weights: weights.map(Number),
    };
  });

/**
 * Diagnoses that are noted besides: ICD-10, weight under 16, from 16 to 49, from 50 on. Of each age there must be at
 * least as many as there are pools (see condition-lookups.ts).
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

export const comorbidities: readonly (readonly [code: string, weights: readonly number[]])[] = COMORBIDITIES.trim()
  .split('\n')
  .map((line) => {
    const [code = '', ...weights] = line.split(' ');
    return [code, weights.map(Number)] as const;
  });
