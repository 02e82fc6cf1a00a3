/** The rules by which PDS records are found that are worth comparing with a participant; the numbers are stable. */
export const CANDIDATE_RULES = [
  'date of birth + sound of family name',
  'date of birth + sound of given name',
  'date of birth + outcode',
  'given name + family name + year of birth',
  'given name + family name + day and month of birth',
  'given name + family name + outcode',
  'postcode + start of given name',
  'postcode + start of family name',
  'postcode + year of birth',
  'names swapped + date of birth',
] as const;

/** The rule of candidates that have the very NHS number that the applicant gave; nothing else of them agreed. */
export const NUMBER_RULE = CANDIDATE_RULES.length;

/**
 * A select of `id` and of `k`, a list with a number for each rule, null where a part is missing. `from` has `id`, `given`,
 * `family`, `born` (a DATE) and `postcode`, of a cohort's rows or of PDS records. It is computed for every record of PDS,
 * so nothing dearer than replacing letters is in it: a sound is a first letter and the codes of the consonants after it,
 * and what several rules share is made and hashed once. Hashes are put together by exclusive or, which gives null for
 * null; a family name's is salted, so that it can't stand for a given name. Names swap on the participant's side.
 */
export function keyList(id: string, from: string, side: 'cohort' | 'pds'): string {
  const parts = {
    year: 'year(born)',
    anniversary: 'month(born) * 100 + day(born)',
    given_sound: sound('given'),
    family_sound: sound('family'),
    outcode: `left(postcode, length(postcode) - 3)`,
    given_start: 'left(given, 2)',
    family_start: 'left(family, 3)',
  };
  const asGiven = (name: string): string => `hash(${name})`;
  const asFamily = (name: string): string => `hash(${name}, true)`;
  const hashes: [name: string, of: string, hash: string][] = [
    ...['born', 'postcode', ...Object.keys(parts)].map((name): [string, string, string] => [
      name,
      name,
      `hash(${name})`,
    ]),
    ['given', 'given', asGiven('given')],
    ['family', 'family', asFamily('family')],
    ...(side === 'pds'
      ? []
      : ([
          ['swapped_given', 'family', asGiven('family')],
          ['swapped_family', 'given', asFamily('given')],
        ] as [string, string, string][])),
  ];
  const rules: readonly (readonly string[])[] = [
    ['born', 'family_sound'],
    ['born', 'given_sound'],
    ['born', 'outcode'],
    ['given', 'family', 'year'],
    ['given', 'family', 'anniversary'],
    ['given', 'family', 'outcode'],
    ['postcode', 'given_start'],
    ['postcode', 'family_start'],
    ['postcode', 'year'],
    side === 'pds' ? ['given', 'family', 'born'] : ['swapped_given', 'swapped_family', 'born'],
  ];
  const keys = rules.map((named, rule) =>
    named.reduce((sql, part) => `xor(${sql}, ${part})`, `CAST(${rule} AS UBIGINT)`),
  );
  const made = Object.entries(parts).map(([name, sql]) => `${sql} AS ${name}`);
  const hashed = hashes.map(([name, of, hash]) => `CASE WHEN ${of} IS NOT NULL THEN ${hash} END AS ${name}`);
  return `SELECT ${id}, [${keys.join(', ')}] AS k
    FROM (SELECT ${id}, ${hashed.join(', ')} FROM (SELECT *, ${made.join(', ')} FROM ${from}))`;
}

/** SQL: a name as keys compare it: letters in capitals, without accents, blanks, hyphens and apostrophes. */
export function keyName(name: string): string {
  return `nullif(translate(upper(strip_accents(${name})), ' -.''’', ''), '')`;
}

/** SQL: a postcode without blanks; none where it stands for no address. */
export function keyPostcode(postcode: string): string {
  const bare = `replace(upper(${postcode}), ' ', '')`;
  return `CASE WHEN length(${bare}) BETWEEN 5 AND 7 AND NOT starts_with(${bare}, 'ZZ99') THEN ${bare} END`;
}

function sound(name: string): string {
  return `(left(${name}, 1) || left(translate(substr(${name}, 2), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '111122222222334556'), 3))`;
}
