/** SQL of the demographics that keys are made of; of a cohort's row or of a PDS record. */
export interface KeyColumns {
  readonly given: string;
  readonly family: string;
  /** A DATE. */
  readonly born: string;
  readonly postcode: string;
}

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
 * SQL of a list with a number for each rule, null where a part is missing. It is computed for every record of PDS, so
 * nothing dearer than replacing letters is in it: a sound is a first letter and the codes of the consonants after it.
 * `side` says whose names swap: the participant's.
 */
export function keyList({ given, family, born, postcode }: KeyColumns, side: 'cohort' | 'pds'): string {
  const swapped = side === 'cohort' ? [family, given] : [given, family];
  const rules: readonly (readonly string[])[] = [
    [born, sound(family)],
    [born, sound(given)],
    [born, outcode(postcode)],
    [given, family, `year(${born})`],
    [given, family, `month(${born})`, `day(${born})`],
    [given, family, outcode(postcode)],
    [postcode, `left(${given}, 2)`],
    [postcode, `left(${family}, 3)`],
    [postcode, `year(${born})`],
    [...swapped, born],
  ];
  const keys = rules.map((parts, rule) => {
    const known = parts.map((part) => `${part} IS NOT NULL`).join(' AND ');
    return `CASE WHEN ${known} THEN hash(${rule}, ${parts.join(', ')}) END`;
  });
  return `[${keys.join(', ')}]`;
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

function outcode(postcode: string): string {
  return `left(${postcode}, length(${postcode}) - 3)`;
}

function sound(name: string): string {
  return `(left(${name}, 1) || left(translate(substr(${name}, 2), 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '111122222222334556'), 3))`;
}
