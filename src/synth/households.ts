import type { Lookup, LookupRow } from './lookup.ts';

/** What a member of a household is like; years of age are relative to the household's anchor. */
interface Member {
  readonly from: number;
  readonly to: number;
  /** Share of women in this place. */
  readonly female: number;
  /** Share that does not bear the household's family name. */
  readonly ownName: number;
}

interface HouseholdKind {
  /** Share of all households, per mille (2021 census, rounded). */
  readonly share: number;
  /** The anchor's age: points of its distribution as [share below, age]. */
  readonly anchor: readonly (readonly [number, number])[];
  readonly members: readonly Member[];
}

const self = { from: 0, to: 0 };
const woman = { female: 1, ownName: 0.25 };
const man = { female: 0, ownName: 0 };
const either = { female: 0.5, ownName: 0 };
const stranger = { female: 0.5, ownName: 1 };
const YOUNGEST = [
  [0, 0],
  [0.11, 1],
  [0.55, 7],
  [1, 17],
] as const;
const CHILDREN = [
  { ...self, ...either },
  { from: 1.4, to: 4, ...either },
  { from: 5, to: 8, ...either },
  { from: 9, to: 12, ...either },
] as const;

/** With children the youngest is the anchor, so that nobody is born before their parents can have them. */
const KINDS: readonly HouseholdKind[] = [
  {
    share: 165,
    anchor: [
      [0, 64],
      [0.3, 75],
      [0.75, 89],
      [1, 104],
    ],
    members: [{ ...self, female: 0.64, ownName: 0 }],
  },
  {
    share: 170,
    anchor: [
      [0, 19],
      [0.3, 31],
      [0.6, 52],
      [1, 66],
    ],
    members: [{ ...self, female: 0.42, ownName: 0 }],
  },
  {
    share: 185,
    anchor: [
      [0, 64],
      [0.5, 76],
      [0.85, 88],
      [1, 99],
    ],
    members: [
      { ...self, ...man },
      { from: -8, to: 4, ...woman, ownName: 0.04 },
    ],
  },
  {
    share: 165,
    anchor: [
      [0, 20],
      [0.35, 31],
      [0.5, 50],
      [1, 65],
    ],
    members: [
      { ...self, ...man },
      { from: -7, to: 4, ...woman },
    ],
  },
  {
    share: 4,
    anchor: [
      [0, 22],
      [1, 75],
    ],
    members: [
      { ...self, ...man },
      { from: -9, to: 9, ...man, ownName: 0.8 },
    ],
  },
  {
    share: 4,
    anchor: [
      [0, 22],
      [1, 75],
    ],
    members: [
      { ...self, female: 1, ownName: 0 },
      { from: -9, to: 9, female: 1, ownName: 0.8 },
    ],
  },
  { share: 70, anchor: YOUNGEST, members: [CHILDREN[0], { from: 21, to: 42, ...woman }, { from: 22, to: 47, ...man }] },
  {
    share: 76,
    anchor: YOUNGEST,
    members: [CHILDREN[0], CHILDREN[1], { from: 23, to: 42, ...woman }, { from: 24, to: 48, ...man }],
  },
  {
    share: 25,
    anchor: YOUNGEST,
    members: [...CHILDREN.slice(0, 3), { from: 26, to: 43, ...woman }, { from: 27, to: 49, ...man }],
  },
  { share: 6, anchor: YOUNGEST, members: [...CHILDREN, { from: 30, to: 44, ...woman }, { from: 31, to: 50, ...man }] },
  { share: 34, anchor: YOUNGEST, members: [CHILDREN[0], { from: 18, to: 41, female: 0.87, ownName: 0.3 }] },
  { share: 20, anchor: YOUNGEST, members: [CHILDREN[0], CHILDREN[1], { from: 22, to: 42, female: 0.9, ownName: 0.3 }] },
  {
    share: 78,
    anchor: [
      [0, 17],
      [0.6, 24],
      [1, 36],
    ],
    members: [
      { ...self, female: 0.4, ownName: 0 },
      { from: 21, to: 40, ...woman, ownName: 0.05 },
      { from: 22, to: 45, ...man },
    ],
  },
  {
    share: 26,
    anchor: [
      [0, 17],
      [0.6, 30],
      [1, 55],
    ],
    members: [
      { ...self, female: 0.4, ownName: 0 },
      { from: 20, to: 40, female: 0.85, ownName: 0.1 },
    ],
  },
  {
    share: 10,
    anchor: YOUNGEST,
    members: [
      CHILDREN[0],
      CHILDREN[1],
      { from: 23, to: 40, ...woman },
      { from: 24, to: 46, ...man },
      { from: 48, to: 80, female: 0.65, ownName: 0.5 },
    ],
  },
  {
    share: 40,
    anchor: [
      [0, 18],
      [0.6, 24],
      [1, 40],
    ],
    members: [
      { ...self, ...stranger },
      { from: 0, to: 5, ...stranger },
      { from: 0, to: 8, ...stranger },
    ],
  },
  {
    share: 3,
    anchor: [
      [0, 68],
      [0.4, 84],
      [1, 100],
    ],
    members: Array.from({ length: 10 }, () => ({ from: -4, to: 6, female: 0.68, ownName: 1 })),
  },
];

/** People live in blocks of this many, each made of whole households after one of {@link PATTERNS} patterns. */
export const BLOCK = 100;
export const PATTERN_BITS = 5;
const PATTERNS = 2 ** PATTERN_BITS;
/** More than the households of any block. */
export const HOUSEHOLDS_PER_BLOCK = 100;
export const ANCHOR_BITS = 8;
/** The care home; its residents share an address and nothing else. */
export const CARE_HOME = KINDS.length - 1;

/** The seats of each pattern: households as often as their shares say, and single people in what is left of the block. */
function seats(): readonly LookupRow[] {
  const queue: number[] = [];
  const rows: LookupRow[] = [];
  for (let pattern = 0; pattern < PATTERNS; pattern += 1) {
    let seat = 0;
    for (let household = 0; seat < BLOCK; household += 1) {
      if (queue.length === 0) queue.push(...shuffled(KINDS.map((kind) => kind.share)));
      const size = (kind: number) => KINDS[kind]?.members.length ?? 1;
      const next = queue.findIndex((kind) => size(kind) <= BLOCK - seat);
      const kind = next === -1 ? 0 : (queue.splice(next, 1)[0] ?? 0);
      for (const { from, to, female, ownName } of KINDS[kind]?.members ?? []) {
        rows.push({
          slot: pattern,
          cells: [seat, household, kind, from, to - from, Math.round(female * 1024), Math.round(ownName * 1024)],
        });
        seat += 1;
      }
    }
  }
  return rows;
}

/** Every kind as often as its count, in an order that is mixed but always the same. */
function shuffled(counts: readonly number[]): readonly number[] {
  const deck = counts.flatMap((count, kind) => Array.from({ length: count }, () => kind));
  return deck.map((_, index) => deck[(index * 389 + 17) % deck.length] ?? 0);
}

function quantile(points: readonly (readonly [number, number])[], share: number): number {
  const after = points.findIndex(([below]) => below >= share);
  const [rightShare, right] = points[after] ?? [1, 0];
  const [leftShare, left] = points[after - 1] ?? [rightShare, right];
  return rightShare === leftShare ? right : left + ((right - left) * (share - leftShare)) / (rightShare - leftShare);
}

const ANCHORS = 2 ** ANCHOR_BITS;

export const householdLookups: readonly Lookup[] = [
  {
    // Slot: pattern; a row for each seat of the block. Shares are in 1024ths.
    name: 'seats',
    columns: {
      seat: 'INTEGER',
      household: 'INTEGER',
      kind: 'INTEGER',
      younger: 'DOUBLE',
      span: 'DOUBLE',
      female: 'INTEGER',
      own_name: 'INTEGER',
    },
    rows: seats(),
  },
  {
    // Slot: kind × 256 + 8 random bits.
    name: 'anchors',
    columns: { years: 'DOUBLE' },
    rows: KINDS.flatMap((kind, k) =>
      Array.from({ length: ANCHORS }, (_, step) => ({
        slot: k * ANCHORS + step,
        cells: [quantile(kind.anchor, (step + 0.5) / ANCHORS)],
      })),
    ),
  },
];
