import { type Lookup, weighted } from './lookup.ts';

/**
 * What brings people to an emergency department: A&E diagnosis (three characters), area of the body, ECDS chief
 * complaint and diagnosis (SNOMED CT), 1 if an injury, weight for children, for those from 16 to 59, from 60 on.
 */
const PRESENTATIONS = `
381 98 29857009 22298006 0 0 4 10
201 09 29857009 194828000 0 1 12 18
261 12 21522001 21522001 0 12 26 16
211 12 267036007 233604007 0 8 6 26
252 12 267036007 195967001 0 16 6 3
251 12 267036007 13645005 0 0 3 18
221 12 267036007 84114007 0 0 1 12
241 02 25064002 25064002 0 5 16 6
242 01 271594007 271594007 0 3 9 14
243 01 26544005 230690007 0 0 2 14
301 98 386661006 91302008 0 10 4 16
302 98 386661006 68566005 0 8 10 24
303 98 386661006 6142004 0 30 4 4
311 98 271807003 128045006 0 8 10 12
262 12 422400008 25374005 0 18 9 7
263 12 62315008 235595009 0 8 6 4
041 01 82271004 82271004 1 40 10 24
011 03 125643001 283371005 1 34 22 10
051 16 125605004 65966004 1 22 8 12
052 30 125605004 263225007 1 6 4 18
053 23 125605004 20433007 1 10 8 4
031 23 262574004 44465007 1 14 22 6
032 20 262574004 209779009 1 8 14 5
021 16 125643001 283545005 1 8 12 4
061 18 125643001 48333001 1 5 5 2
141 98 55680006 55680006 1 3 12 2
351 98 248062006 248062006 1 2 9 1
352 98 48694002 35489007 0 1 12 2
161 09 161891005 161891005 0 1 14 9
111 02 225565007 9826008 0 4 6 3
121 03 162356005 65363002 0 12 3 1
231 12 131148009 74474003 0 1 5 9
331 14 28442001 95570007 0 0 6 4
341 14 289530006 16356006 0 0 8 0
271 98 73211009 73211009 0 1 3 5
38Z 98 409586006 64572001 0 18 16 16
`;

export const PRESENTATION_BITS = 10;

/** Slot: 0 child, 1 adult, 2 older × 1024 + 10 random bits. */
const presentationLookup: Lookup = {
  name: 'presentations',
  columns: {
    diagnosis2: 'CODE',
    diagnosis3: 'CODE',
    area: 'CODE',
    complaint: 'CODE',
    snomed: 'CODE',
    injury: 'INTEGER',
  },
  rows: [0, 1, 2].flatMap((age) =>
    weighted(
      PRESENTATIONS.trim()
        .split('\n')
        .map((line) => line.split(' ')),
      (fields) => Number(fields[5 + age]),
      2 ** PRESENTATION_BITS,
      age * 2 ** PRESENTATION_BITS,
      ([diagnosis = '', area = '', complaint = '', snomed = '', injury = '']) => [
        diagnosis.slice(0, 2),
        diagnosis,
        area,
        complaint,
        snomed,
        Number(injury),
      ],
    ),
  ),
};

export const MINUTES_A_DAY = 1440;

/** Slot: minute of the day, and of the day after, as stays run past midnight. */
const clockLookup: Lookup = {
  name: 'clock',
  columns: { hhmm: 'CODE', hhmmss: 'CODE' },
  rows: Array.from({ length: 2 * MINUTES_A_DAY }, (_, slot) => {
    const two = (number: number) => String(number).padStart(2, '0');
    const hour = two(Math.floor((slot % MINUTES_A_DAY) / 60));
    const minute = two(slot % 60);
    return { slot, cells: [`${hour}${minute}`, `${hour}:${minute}:00`] };
  }),
};

export const presentationLookups: readonly Lookup[] = [presentationLookup, clockLookup];
