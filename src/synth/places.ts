import { areas, trusts } from './areas.ts';
import { bits, draw } from './draw.ts';
import { words } from './family-names.ts';
import { type Lookup, type LookupRow, weighted } from './lookup.ts';
import { add, all, lookUp, type Sql, type Step } from './sql.ts';

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

/** Slot -1 stands for an unknown home. */
const lsoaLookup: Lookup = {
  name: 'lsoas',
  columns: { lsoa: 'VARCHAR', msoa: 'VARCHAR' },
  rows: [
    { slot: -1, cells: ['Z99999999', 'Z99999999'] },
    ...Array.from({ length: Math.ceil((outcodes.length * POSTCODES_PER_OUTCODE) / POSTCODES_PER_LSOA) }, (_, slot) => ({
      slot,
      cells: [
        `E01${String(slot + 1).padStart(6, '0')}`,
        `E02${String(Math.floor(slot / LSOAS_PER_MSOA) + 1).padStart(6, '0')}`,
      ],
    })),
  ],
};

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

const STREETS =
  words(`High Station Church Park Victoria Green Main London New Mill King Queen Albert North South West East
  School York Grange Manor Windsor George Alexandra Grove Chapel Springfield Kings Queens Oak Beech Elm Ash Cedar Lime Maple
  Willow Hawthorn Meadow Highfield Woodland Orchard Garden Bridge Castle Priory Abbey St_John's St_Mary's St_Peter's
  Nelson Wellington Stanley Cromwell Churchill Gladstone Cambridge Oxford Durham Lincoln Salisbury Warwick Richmond
  Chester Derby Clarence Cavendish Devonshire Norfolk Rutland Sandringham Balmoral Hill River Brook Lake Field Farm
  Heath Moor Wood Forest Warren Chestnut Sycamore Laburnum Primrose Rose Ivy Holly Poplar Kestrel Skylark Swallow`);
const WAYS = words('Road Street Avenue Close Lane Drive Way Crescent Gardens Grove Court Place Terrace Rise Walk Mews');
const LOCALITIES = words(`Westfield Eastfield Northgate Southgate Newtown Old_Town Parkside Riverside Hillside Broomhill
  Woodside Lower_Green Upper_Green Church_End Mill_Hill Kingsmead Longfield Brookside Moorside Fairfield Highbury Oakwood
  Stonebridge Whitehall Greenhill Summerfield Ashfield Foxhill Beechwood Thornhill`);

const streetLookup: Lookup = {
  name: 'streets',
  columns: { street: 'CODE' },
  rows: weighted(
    STREETS.flatMap((street, s) => WAYS.map((way, w) => ({ name: `${street} ${way}`, weight: 1 / (s + 8) / (w + 2) }))),
    (street) => street.weight,
    8192,
    0,
    (street) => [street.name],
  ),
};

const localityLookup: Lookup = {
  name: 'localities',
  columns: { locality: 'CODE' },
  rows: weighted(
    LOCALITIES,
    () => 1,
    64,
    0,
    (locality) => [locality],
  ),
};

export const placeLookups: readonly Lookup[] = [
  outcodeLookup,
  inwardLookup,
  lsoaLookup,
  practiceLookup,
  siteLookup,
  consultantLookup,
  streetLookup,
  localityLookup,
];

/**
 * Where the household lives on a day: adds `residence`, a key of the dwelling, and with it `outcode_id`, `postcode_id`
 * and what the outcode says. Households move at `moved` and again, perhaps in the future, at `moves_on`; four in five
 * stay nearby. Needs the columns of a household.
 */
export function residenceOn(seed: number, day: Sql): Step {
  return all(
    add({ _move: `(${day} >= moved)::INTEGER + (${day} >= moves_on)::INTEGER` }),
    add({ residence: 'household_id::BIGINT * 4 + _move' }),
    add({ residence_draw: draw(seed, 'residence', 'residence') }),
    add({
      _place: `CASE WHEN _move = 0 THEN place WHEN ${bits('residence_draw', 0, 4)} < 13
        THEN (place + ${bits('residence_draw', 4, 5)} + ${2 ** PLACE_BITS - 16}) % ${2 ** PLACE_BITS}
        ELSE ${bits('residence_draw', 9, PLACE_BITS)} END`,
      _postcode: `${bits('residence_draw', 23, 16)} % ${POSTCODES_PER_OUTCODE}`,
    }),
    lookUp(
      [
        'outcodes',
        '_place',
        {
          outcode_id: 'outcode_id',
          outcode: 'outcode',
          padded: 'padded',
          town: 'town',
          county: 'county',
          trust: 'trust',
        },
      ],
      ['inward_codes', '_postcode', { inward: 'inward' }],
    ),
    add({ postcode_id: `outcode_id * ${POSTCODES_PER_OUTCODE} + _postcode` }),
    (from) => `SELECT * EXCLUDE (_move, _place, _postcode)\nFROM (${from})`,
  );
}
