import type { Lookup } from './lookup.ts';
import { weighted } from './lookup.ts';

/**
 * The heritages that names and ethnic categories go by: coarse groups of the 2021 census of England, chosen because
 * their names are written in different ways, which is what linkage has to cope with.
 */
export const HERITAGES = [
  'british',
  'irish',
  'eastern-european',
  'southern-european',
  'indian',
  'muslim',
  'african',
  'caribbean',
  'chinese',
] as const;

export type Heritage = (typeof HERITAGES)[number];

/** Share of each heritage, in the order above, in areas that are little, somewhat, rather and very mixed. */
const MIX: readonly (readonly number[])[] = [
  [940, 8, 22, 6, 8, 7, 4, 2, 3],
  [845, 10, 40, 12, 33, 30, 14, 8, 8],
  [680, 12, 55, 22, 75, 95, 32, 17, 12],
  [480, 18, 85, 55, 105, 130, 75, 35, 17],
];

/** Ethnic category codes (2001 census) that people of the heritage give; Z not stated, 99 not known. */
const ETHNIC_CATEGORIES: Readonly<Record<Heritage, Readonly<Record<string, number>>>> = {
  british: { A: 880, B: 4, C: 8, G: 6, D: 8, Z: 72, '99': 22 },
  irish: { B: 640, A: 240, C: 20, Z: 75, '99': 25 },
  'eastern-european': { C: 840, A: 40, S: 15, Z: 80, '99': 25 },
  'southern-european': { C: 760, A: 60, G: 20, S: 60, Z: 75, '99': 25 },
  indian: { H: 820, L: 60, F: 20, S: 10, Z: 65, '99': 25 },
  muslim: { J: 510, K: 210, L: 110, S: 50, F: 20, C: 10, Z: 65, '99': 25 },
  african: { N: 800, P: 60, E: 40, S: 15, Z: 60, '99': 25 },
  caribbean: { M: 690, P: 90, D: 120, A: 10, Z: 65, '99': 25 },
  chinese: { R: 790, L: 60, S: 50, G: 15, Z: 60, '99': 25 },
};

/** Slot: mixture of the area (0 to 3) × 1024 + 10 random bits. */
export const heritageLookup: Lookup = {
  name: 'heritages',
  columns: { heritage: 'INTEGER' },
  rows: MIX.flatMap((shares, mixture) =>
    weighted(
      shares.map((share, heritage) => ({ share, heritage })),
      (item) => item.share,
      1024,
      mixture * 1024,
      (item) => [item.heritage],
    ),
  ),
};

/** Codes of those who were not asked. */
const NOT_ASKED = { Z: 600, '99': 250, '9': 60, X: 90 };

/** Slot: heritage × 1024 + 10 random bits; after the heritages those who were not asked. */
export const ethnicCategoryLookup: Lookup = {
  name: 'ethnic_categories',
  columns: { ethnos: 'CODE' },
  rows: [...HERITAGES.map((heritage) => ETHNIC_CATEGORIES[heritage]), NOT_ASKED].flatMap((codes, index) =>
    weighted(
      Object.entries(codes),
      ([, weight]) => weight,
      1024,
      index * 1024,
      ([code]) => [code],
    ),
  ),
};
