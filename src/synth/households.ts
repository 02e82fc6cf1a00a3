import { type Curve, curve, heightAt } from './curve.ts';
import type { Lookup, LookupRow } from './lookup.ts';

/** What a member of a household is like. */
interface Member {
  /** Years of age above the household's anchor, from and to. */
  readonly from: number;
  readonly to: number;
  /** Of a hundred in this place, the women. */
  readonly female: number;
  /** Of a hundred, those who do not bear the household's family name. */
  readonly ownName: number;
}

interface HouseholdKind {
  readonly share: number;
  /** The age that the members' ages hang on: by the share of households in which it is lower. */
  readonly anchor: Curve;
  readonly members: readonly Member[];
}

/**
 * Share of all households in 1,040 (2021 census, rounded) | anchor | members as from..to/women/own names.
 * With children the youngest is the anchor, so that nobody is born before their parents can have them: the curve
 * 0:0 0.11:1 0.55:7 1:17 is the age of the youngest child. The last line is the care home.
 */
const HOUSEHOLDS = `
165 | 0:64 0.3:75 0.75:89 1:104 | 0..0/64/0
170 | 0:19 0.3:31 0.6:52 1:66 | 0..0/42/0
185 | 0:64 0.5:76 0.85:88 1:99 | 0..0/0/0 -8..4/100/4
165 | 0:20 0.35:31 0.5:50 1:65 | 0..0/0/0 -7..4/100/25
4 | 0:22 1:75 | 0..0/0/0 -9..9/0/80
4 | 0:22 1:75 | 0..0/100/0 -9..9/100/80
70 | 0:0 0.11:1 0.55:7 1:17 | 0..0/50/0 21..42/100/25 22..47/0/0
76 | 0:0 0.11:1 0.55:7 1:17 | 0..0/50/0 1.4..4/50/0 23..42/100/25 24..48/0/0
25 | 0:0 0.11:1 0.55:7 1:17 | 0..0/50/0 1.4..4/50/0 5..8/50/0 26..43/100/25 27..49/0/0
6 | 0:0 0.11:1 0.55:7 1:17 | 0..0/50/0 1.4..4/50/0 5..8/50/0 9..12/50/0 30..44/100/25 31..50/0/0
34 | 0:0 0.11:1 0.55:7 1:17 | 0..0/50/0 18..41/87/30
20 | 0:0 0.11:1 0.55:7 1:17 | 0..0/50/0 1.4..4/50/0 22..42/90/30
10 | 0:0 0.11:1 0.55:7 1:17 | 0..0/50/0 1.4..4/50/0 23..40/100/25 24..46/0/0 48..80/65/50
78 | 0:17 0.6:24 1:36 | 0..0/40/0 21..40/100/5 22..45/0/0
26 | 0:17 0.6:30 1:55 | 0..0/40/0 20..40/85/10
40 | 0:18 0.6:24 1:40 | 0..0/50/100 0..5/50/100 0..8/50/100
3 | 0:68 0.4:84 1:100 | ${Array.from({ length: 10 }, () => '-4..6/68/100').join(' ')}
`;

const KINDS: readonly HouseholdKind[] = HOUSEHOLDS.trim()
  .split('\n')
  .map((line) => {
    const [share, anchor = '', members = ''] = line.split(' | ');
    return { share: Number(share), anchor: curve(anchor), members: members.split(' ').map(member) };
  });

function member(text: string): Member {
  const [ages = '', female, ownName] = text.split('/');
  const [from, to] = ages.split('..');
  return { from: Number(from), to: Number(to), female: Number(female), ownName: Number(ownName) };
}

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
          cells: [seat, household, kind, from, to - from, Math.round(female * 10.24), Math.round(ownName * 10.24)],
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
        cells: [heightAt(kind.anchor, (step + 0.5) / ANCHORS)],
      })),
    ),
  },
];
