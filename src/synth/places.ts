import type { DuckDBConnection } from '@duckdb/node-api';
import { areas, trusts } from './areas.ts';
import { type Lookup, type LookupRow, weighted } from './lookup.ts';

/** 2,394 outcodes with 700 postcodes each are 1.7 million postcodes, about as many as are in use. */
export const POSTCODES_PER_OUTCODE = 700;
export const POSTCODES_PER_LSOA = 50;
const LSOAS_PER_MSOA = 5;
export const PRACTICES_PER_OUTCODE = 2;
export const SITES_PER_TRUST = 4;
export const CONSULTANTS_PER_TRUST = 32;
/** A place is a slot of the outcodes; neighbouring slots are neighbouring outcodes of, mostly, the same area. */
export const PLACE_BITS = 14;

interface Outcode {
  readonly id: number;
  readonly code: string;
  readonly town: string;
  readonly area: (typeof areas)[number];
  readonly people: number;
}

let id = 0;
const outcodes: readonly Outcode[] = areas.flatMap((area) =>
  Array.from({ length: area.districts }, (_, index): Outcode => {
    const districtsOfFirstTown = Math.ceil(area.districts / 2);
    const town =
      index < districtsOfFirstTown ? 0 : 1 + ((index - districtsOfFirstTown) % Math.max(1, area.towns.length - 1));
    // The districts of the City and of Holborn are too crowded for digits alone: EC1A.
    const letter = area.code === 'EC' || area.code === 'WC' ? 'A' : '';
    const outcode = {
      id,
      code: `${area.code}${index + 1}${letter}`,
      town: area.towns[town] ?? area.towns[0] ?? '',
      area,
      people: area.people / area.districts,
    };
    id += 1;
    return outcode;
  }),
);

const outcodeLookup: Lookup = {
  name: 'outcodes',
  columns: {
    outcode_id: 'INTEGER',
    outcode: 'CODE',
    /** As HES writes it: the inner part begins at the sixth character. */
    padded: 'CODE',
    town: 'CODE',
    county: 'CODE',
    mixture: 'INTEGER',
    trust: 'INTEGER',
  },
  rows: weighted(
    outcodes,
    (outcode) => outcode.people,
    2 ** PLACE_BITS,
    0,
    ({ id, code, town, area }) => [
      id,
      code,
      code.padEnd(5),
      town,
      area.county,
      area.mixture,
      trusts.indexOf(area.trusts[id % area.trusts.length] ?? ''),
    ],
  ),
};

/** Letters that the last two characters of a postcode may be. */
const UNIT_LETTERS = 'ABDEFGHJLNPQRSTUWXYZ';

const inwardLookup: Lookup = {
  name: 'inward_codes',
  columns: { inward: 'CODE' },
  rows: Array.from({ length: POSTCODES_PER_OUTCODE }, (_, slot) => {
    const unit = slot % 100;
    return {
      slot,
      cells: [
        `${(Math.floor(slot / 100) + 1) % 10}${UNIT_LETTERS[Math.floor(unit / 20) * 4]}${UNIT_LETTERS[unit % 20]}`,
      ],
    };
  }),
};

/** Creates the table `lsoas`, slot by LSOA; slot -1 stands for an unknown home. Too many rows to pass through JavaScript. */
export async function createLsoas(connection: DuckDBConnection): Promise<void> {
  const count = Math.ceil((outcodes.length * POSTCODES_PER_OUTCODE) / POSTCODES_PER_LSOA);
  await connection.run(`
    CREATE TABLE lsoas AS
      SELECT -1::INTEGER AS slot, 'Z99999999' AS lsoa, 'Z99999999' AS msoa
      UNION ALL
      SELECT i::INTEGER, 'E01' || lpad((i + 1)::VARCHAR, 6, '0'), 'E02' || lpad((i // ${LSOAS_PER_MSOA} + 1)::VARCHAR, 6, '0')
      FROM range(${count}) t(i)`);
}

/** From this slot on, nine that stand for no practice: not submitted, not known, not applicable, not registered. */
export const SPECIAL_PRACTICES = outcodes.length * PRACTICES_PER_OUTCODE;
const NO_PRACTICE = ['&', '&', 'V81999', 'V81999', 'V81999', 'V81999', 'V81998', 'V81997', 'V81997'];

const practicesSoFar = new Map<string, number>();

const practiceLookup: Lookup = {
  name: 'practices',
  columns: { practice: 'CODE', practitioner: 'CODE' },
  rows: [
    ...outcodes.flatMap(({ id: outcodeId, area }) =>
      Array.from({ length: PRACTICES_PER_OUTCODE }, (_, index): LookupRow => {
        const number = practicesSoFar.get(area.practiceLetter) ?? 0;
        practicesSoFar.set(area.practiceLetter, number + 1);
        const slot = outcodeId * PRACTICES_PER_OUTCODE + index;
        const code = `${area.practiceLetter}${81 + Math.floor(number / 200)}${String((number % 200) + 1).padStart(3, '0')}`;
        return { slot, cells: [code, `G${8_000_000 + slot * 37}`] };
      }),
    ),
    ...NO_PRACTICE.map((code, index) => ({ slot: SPECIAL_PRACTICES + index, cells: [code, 'G9999998'] })),
  ],
};

const siteLookup: Lookup = {
  name: 'sites',
  columns: { provider: 'CODE', provider5: 'CODE', site: 'CODE' },
  rows: trusts.flatMap((trust, index) =>
    Array.from({ length: SITES_PER_TRUST }, (_, site) => ({
      slot: index * SITES_PER_TRUST + site,
      cells: [trust, `${trust}00`, `${trust}${String(site === 0 ? 1 : site * 7 + 3).padStart(2, '0')}`],
    })),
  ),
};

const consultantLookup: Lookup = {
  name: 'consultants',
  columns: { consultant: 'CODE' },
  rows: Array.from({ length: trusts.length * CONSULTANTS_PER_TRUST }, (_, slot) => ({
    slot,
    cells: [`C${3_000_000 + slot * 811}`],
  })),
};

export const placeLookups: readonly Lookup[] = [
  outcodeLookup,
  inwardLookup,
  practiceLookup,
  siteLookup,
  consultantLookup,
];
