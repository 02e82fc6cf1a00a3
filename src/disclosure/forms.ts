import type { Derivation } from '../catalogue/derivation.ts';

/** What a derived value looks like, as a regular expression that it matches whole: more detail does not fit into it. */
const FORMS: Readonly<Partial<Record<Derivation, string>>> = {
  month: '[0-9]{4}-(0[1-9]|1[0-2])',
  quarter: '[0-9]{4}-Q[1-4]',
  year: '-?[0-9]{1,4}',
  mmyyyy: '(0[1-9]|1[0-2])[0-9]{4}',
  age: '[0-9]{1,3}',
  age_band_5: '[0-9]{1,2}-[0-9]{1,2}|90\\+',
  age_band_10: '[0-9]{1,2}-[0-9]{1,2}|90\\+',
  outcode: '[A-Z]{1,2}[0-9][A-Z0-9]?',
  area: '[A-Z]{1,2}',
  '3_characters': '.{0,3}',
  chapter: '[A-Z]|[IVX]{1,5}',
};

/** What areas must not look like, whatever a workspace's lookup calls them: the finer areas they are made from. */
const FINER: Readonly<Partial<Record<Derivation, string>>> = {
  msoa: '[EWS]01[0-9]{6}',
  local_authority: '[EWS]0[12][0-9]{6}',
  region: '[EWS]0[12][0-9]{6}|[EWS]0[6-9][0-9]{6}',
};

/** SQL that is true of a value (not null) that shows more than its derivation may; undefined if nothing could tell. */
export function showsMore(value: string, as: Derivation): string | undefined {
  const form = FORMS[as];
  if (form !== undefined) return `NOT regexp_full_match(${value}, '${form}')`;
  const finer = FINER[as];
  return finer === undefined ? undefined : `regexp_full_match(${value}, '${finer}')`;
}

/** Whether a value of that form is too short to hold a number, a name or a postcode, so that nobody need look. */
export function isTooShortToTell(as: Derivation | undefined): boolean {
  return as !== undefined && as in FORMS && as !== '3_characters';
}
