import type { LinkageDatabase } from '../database.ts';
import type { PdsTables } from './trace-tables.ts';

/*
 * A key is the exclusive or of the hashes of its parts, in its upper bits, and says in its lower ones which parts these
 * are. It is made for every record of PDS, so as few as will do: that the postcode is one of those sought is looked up
 * first, and what has to agree beside it only of those where it is; and names swap on the participant's side alone.
 */

/** What PDS is looked up by, by the parts that each key is made of. */
const KEYS: readonly (readonly Part[])[] = [
  ['born', 'family_sound'],
  ['born', 'given_sound'],
  ['born', 'outcode'],
  ['given', 'family', 'year'],
  ['given', 'family', 'anniversary'],
  ['given', 'family', 'outcode'],
  ['postcode'],
];
/** The key of a postcode alone, and those that it is narrowed to. */
const POSTCODE = 6;
const WITH_POSTCODE = [
  { key: 7, part: 'given_start' },
  { key: 8, part: 'family_start' },
  { key: 9, part: 'year' },
] as const;
const KEY_BITS = 15n;

/** The rules by which PDS records are found that are worth comparing with a participant; their numbers are stable. */
const RULES: readonly { readonly label: string; readonly key: number; readonly swapped?: boolean }[] = [
  { label: 'date of birth + sound of family name', key: 0 },
  { label: 'date of birth + sound of given name', key: 1 },
  { label: 'date of birth + outcode', key: 2 },
  { label: 'given name + family name + year of birth', key: 3 },
  { label: 'given name + family name + day and month of birth', key: 4 },
  { label: 'given name + family name + outcode', key: 5 },
  { label: 'postcode + start of given name', key: 7 },
  { label: 'postcode + start of family name', key: 8 },
  { label: 'postcode + year of birth', key: 9 },
  { label: 'names swapped + year of birth', key: 3, swapped: true },
  { label: 'names swapped + day and month of birth', key: 4, swapped: true },
];
export const CANDIDATE_RULES: readonly string[] = RULES.map(({ label }) => label);

/** The rule of candidates that have the very NHS number that the applicant gave; nothing else of them agreed. */
export const NUMBER_RULE = RULES.length;

type Part =
  | 'born'
  | 'year'
  | 'anniversary'
  | 'given'
  | 'family'
  | 'given_sound'
  | 'family_sound'
  | 'given_start'
  | 'family_start'
  | 'outcode'
  | 'postcode';

const GIVEN_NAMES = '"#trace given names"';
const FAMILY_NAMES = '"#trace family names"';

/** What the hashes of a name are made of. A family name's are salted, so that it can't stand for a given name. */
function nameHashes(kind: 'given' | 'family', name: string): Partial<Record<Part, string>> {
  return kind === 'given'
    ? { given: `hash(${name})`, given_sound: `hash(${sound(name)})`, given_start: `hash(left(${name}, 2))` }
    : {
        family: `hash(${name}, true)`,
        family_sound: `hash(${sound(name)}, true)`,
        family_start: `hash(left(${name}, 3), true)`,
      };
}

/**
 * Makes the hashes of every name that records have now: a name is read once, and not once a person who has it.
 * {@link pdsHits} reads them; {@link dropNameHashes} drops them.
 */
export async function makeNameHashes(database: LinkageDatabase, { all }: PdsTables): Promise<void> {
  for (const [kind, table] of [
    ['given', GIVEN_NAMES],
    ['family', FAMILY_NAMES],
  ] as const) {
    await database.execute(
      `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT name${listed(nameHashes(kind, 'key'))}
       FROM (SELECT name, ${keyName('name')} AS key FROM (SELECT DISTINCT ${kind}_name AS name FROM ${all})) WHERE key IS NOT NULL`,
    );
  }
}

export async function dropNameHashes(database: LinkageDatabase): Promise<void> {
  for (const table of [GIVEN_NAMES, FAMILY_NAMES]) await database.execute(`DROP TABLE ${table}`);
}

const HASHES = {
  postcode: 'hash(bare)',
  outcode: `hash(${outwardOf('bare')})`,
  born: 'hash(born)',
  year: 'hash(year(born))',
  anniversary: 'hash(month(born) * 100 + day(born))',
} as const;
/** SQL: of each part that a postcode is narrowed by sixteen bits, side by side. */
const NARROWING_PARTS = WITH_POSTCODE.map(
  ({ part }, index) => `((coalesce(${part}, 0) & 65535) << ${16 * index})`,
).join(' | ');
/** The keys that a former family name makes anew; a postcode is narrowed by the present name alone. */
const FAMILY_KEYS = [0, 3, 4, 5];
const GIVEN_HASHES = `LEFT JOIN ${GIVEN_NAMES} g ON g.name = p.given_name`;
const FAMILY_HASHES = `LEFT JOIN ${FAMILY_NAMES} f ON f.name = p.family_name`;

/**
 * SQL: `id`, `k` and `parts` for every key in `wanted` (`k`) that PDS records have (`id`, `given_name`, `family_name`, `born`,
 * `sensitive`, `postcode`). What is missing is hashed as such, which no participant's key is. `parts` holds what
 * {@link narrowedKeys} needs.
 */
export function pdsHits(id: string, from: string, wanted: string): string {
  const known = `SELECT ${id}, g.given, g.given_sound, g.given_start, f.family, f.family_sound, f.family_start, ${OPEN_POSTCODE} AS bare, born
    FROM ${from} p ${GIVEN_HASHES} ${FAMILY_HASHES}`;
  const all = KEYS.map((_, number) => number);
  return hitsOf(id, `SELECT * EXCLUDE (born)${listed(HASHES)} FROM (${known})`, all, wanted);
}

/**
 * SQL: as {@link pdsHits}, of what records (with lists `former_family_name`) were called before, all else as it is now. Nearly
 * every former name is somebody's present one: the others alone are read here.
 */
export function formerNameHits(id: string, from: string, wanted: string): string {
  const names = `SELECT ${id}, given_name, unnest(former_family_name) AS former, ${OPEN_POSTCODE} AS bare, born FROM ${from} WHERE former_family_name IS NOT NULL`;
  const hashes = Object.entries(nameHashes('family', keyName('former'))).map(
    ([part, sql]) => `, CASE WHEN f.name IS NULL THEN ${sql} ELSE f.${part} END AS ${part}`,
  );
  const known = `SELECT ${id}, g.given, g.given_sound, g.given_start${hashes.join('')}, bare, born
    FROM (${names}) p ${GIVEN_HASHES} LEFT JOIN ${FAMILY_NAMES} f ON f.name = p.former`;
  return hitsOf(id, `SELECT * EXCLUDE (born)${listed(HASHES)} FROM (${known})`, FAMILY_KEYS, wanted);
}

/**
 * SQL: as {@link pdsHits}, of where records (with lists `former_postcode`) were at home before. A former outcode makes no key:
 * it tells little, and many have had one. Names are read where a postcode is hit.
 */
export function formerHomeHits(id: string, from: string, wanted: string): string {
  const homes = `SELECT ${id}, given_name, family_name, born, unnest(former_postcode) AS home FROM ${from} WHERE former_postcode IS NOT NULL AND NOT sensitive`;
  const keyed = `SELECT ${id}, given_name, family_name, born, ${keyOf(POSTCODE, [`hash(${bareOf('home')})`])} AS k FROM (${homes})`;
  const found = `SELECT * FROM (${keyed}) SEMI JOIN ${wanted} USING (k)`;
  return `SELECT ${id}, k, ${NARROWING_PARTS} AS parts FROM (
      SELECT ${id}, k, given_start, family_start, ${HASHES.year} AS year FROM (${found}) p ${GIVEN_HASHES} ${FAMILY_HASHES})`;
}

const OPEN_POSTCODE = bareOf('CASE WHEN sensitive THEN NULL ELSE postcode END');

/** SQL: of records with the hashes of their parts those that have a wanted key among these. */
function hitsOf(id: string, hashed: string, keys: readonly number[], wanted: string): string {
  const made = keys.map((number) => keyOf(number, KEYS[number] ?? []));
  const keyed = `SELECT ${id}, given_start, family_start, year, unnest([${made.join(', ')}]) AS k FROM (${hashed})`;
  return `SELECT ${id}, k, ${NARROWING_PARTS} AS parts FROM (${keyed}) SEMI JOIN ${wanted} USING (k)`;
}

/** SQL: a postcode as records have it. */
function bareOf(postcode: string): string {
  return `replace(upper(${postcode}), ' ', '')`;
}

/**
 * SQL: of hits (`id`, `k`, `parts`) on postcodes the keys that these are narrowed to, and the others as they are; `id`, `k`.
 */
export function narrowedKeys(id: string, hits: string): string {
  const narrowed = WITH_POSTCODE.map(({ key }, index) => narrow(key, 'k', `(parts >> ${16 * index}) & 65535`));
  return `SELECT ${id}, k FROM ${hits} WHERE k & ${KEY_BITS} <> ${POSTCODE}
    UNION ALL SELECT ${id}, unnest([${narrowed.join(', ')}]) AS k FROM ${hits} WHERE k & ${KEY_BITS} = ${POSTCODE}`;
}

/** SQL: `row`, `k`, `rule` of participants (`row`, `given_name`, `family_name`, `born`, `postcode`), but for what can't be made. */
export function participantKeys(from: string): string {
  const bare = `SELECT row, born, ${keyName('given_name')} AS given_key, ${keyName('family_name')} AS family_key, ${keyPostcode('postcode')} AS bare FROM ${from}`;
  // Hashed as in PDS, but null where there is nothing to hash.
  const known = (hashes: Partial<Record<Part, string>>, of: string, prefix = ''): string =>
    Object.entries(hashes)
      .map(([part, sql]) => `, CASE WHEN ${of} IS NOT NULL THEN ${sql} END AS ${prefix}${part}`)
      .join('');
  const { postcode, outcode, ...ofBirth } = HASHES;
  const hashed = [
    known(nameHashes('given', 'given_key'), 'given_key'),
    known(nameHashes('family', 'family_key'), 'family_key'),
    known(nameHashes('given', 'family_key'), 'family_key', 'across_'),
    known(nameHashes('family', 'given_key'), 'given_key', 'across_'),
    known({ postcode, outcode }, 'bare'),
    known(ofBirth, 'born'),
  ];
  const keys = RULES.map(({ key, swapped }) => {
    const narrowed = WITH_POSTCODE.find((each) => each.key === key);
    if (narrowed !== undefined) return narrow(key, keyOf(POSTCODE, ['postcode']), `${narrowed.part} & 65535`);
    const parts = (KEYS[key] ?? []).map((part) =>
      swapped === true && (part === 'given' || part === 'family') ? `across_${part}` : part,
    );
    return keyOf(key, parts);
  });
  const rules = RULES.map((_, rule) => rule);
  return `SELECT row, k, CAST(rule AS TINYINT) AS rule FROM (
      SELECT row, unnest([${keys.join(', ')}]) AS k, unnest([${rules.join(', ')}]) AS rule FROM (SELECT row${hashed.join('')} FROM (${bare})))
    WHERE k IS NOT NULL`;
}

/** SQL: `k`, what {@link pdsHits} is to look for: those of `keys` (as {@link participantKeys} gives them) that are keys of PDS, and the postcodes of `from`. */
export function wantedKeys(keys: string, from: string): string {
  const homes = `SELECT DISTINCT ${keyPostcode('postcode')} AS bare FROM ${from}`;
  return `SELECT DISTINCT k FROM ${keys} WHERE k & ${KEY_BITS} < ${KEYS.length}
    UNION ALL SELECT ${keyOf(POSTCODE, [HASHES.postcode])} FROM (${homes}) WHERE bare IS NOT NULL`;
}

function keyOf(number: number, parts: readonly string[]): string {
  const mixed = parts.reduce((sql, part) => `xor(${sql}, ${part})`);
  return `(${mixed} & ${(1n << 64n) - 1n - KEY_BITS}::UBIGINT | ${number}::UBIGINT)`;
}

function narrow(number: number, postcodeKey: string, part: string): string {
  return keyOf(number, [postcodeKey, `hash(${part})`]);
}

function listed(columns: Partial<Record<Part, string>>): string {
  return Object.entries(columns)
    .map(([name, sql]) => `, ${sql} AS ${name}`)
    .join('');
}

/** SQL: a name as keys compare it: letters in capitals, without accents, blanks, hyphens and apostrophes. */
export function keyName(name: string): string {
  return `nullif(translate(upper(strip_accents(${name})), ' -.''’', ''), '')`;
}

/** SQL: a postcode without blanks; none where it stands for no address. */
export function keyPostcode(postcode: string): string {
  const bare = bareOf(postcode);
  return `CASE WHEN length(${bare}) BETWEEN 5 AND 7 AND NOT starts_with(${bare}, 'ZZ99') THEN ${bare} END`;
}

/** SQL: the outward half of a postcode without blanks. */
function outwardOf(bare: string): string {
  return `left(${bare}, length(${bare}) - 3)`;
}

/** SQL: a first letter and the codes of the consonants after it: cheaper than Soundex, and nearly as good. */
function sound(name: string): string {
  return `(left(${name}, 1) || left(translate(substr(${name}, 2), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '111122222222334556'), 3))`;
}
