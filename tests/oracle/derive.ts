import type { Derivation } from '../../src/catalogue/derivation.ts';
import type { SourceRecord } from './oracle-inputs.ts';
import { compareTexts, type Value } from './values.ts';

/** What a value is next to: needed where a derivation looks at more than the value. */
export interface Beside {
  readonly concept: string | undefined;
  /** The date of the event, for an age. */
  readonly event: Value;
  readonly geography: readonly SourceRecord[];
}

/** A value in a form that loses detail (design, section 3). */
export function derive(value: Value, as: Derivation, beside: Beside): Value {
  if (value === undefined) return undefined;
  switch (as) {
    case 'month':
      return value.slice(0, 7);
    case 'quarter':
      return `${Number(value.slice(0, 4))}-Q${Math.ceil(Number(value.slice(5, 7)) / 3)}`;
    case 'year':
      return beside.concept === 'birth_month' ? yearOfBirthMonth(value) : String(Number(value.slice(0, 4)));
    case 'mmyyyy':
      return `${value.slice(5, 7)}${value.slice(0, 4)}`;
    case 'age':
      return age(value, beside.event)?.toString();
    case 'age_band_5':
      return band(age(value, beside.event), 5);
    case 'age_band_10':
      return band(age(value, beside.event), 10);
    case 'outcode':
      return outcode(value);
    case 'area':
      return outcode(value)?.replace(/[0-9].*$/, '');
    case '3_characters':
      return [...value].slice(0, 3).join('');
    case 'chapter':
      return beside.concept === 'icd10' ? icd10Chapter(value) : opcs4Chapter(value);
    case 'msoa':
    case 'local_authority':
    case 'region':
      return areaOf(value, as, beside.geography);
  }
}

function yearOfBirthMonth(value: string): Value {
  const [month, year] = [Number(value.slice(0, 2)), value.slice(2)];
  return /^[0-9]{6}$/.test(value) && month >= 1 && month <= 12 ? String(Number(year)) : undefined;
}

/** Complete years; somebody born on 29 February turns a year older on 1 March where the year has no such day. */
function age(birth: string, event: Value): number | undefined {
  if (event === undefined || event < birth) return undefined;
  const years = Number(event.slice(0, 4)) - Number(birth.slice(0, 4));
  return event.slice(5) < birth.slice(5) ? years - 1 : years;
}

function band(years: number | undefined, width: number): Value {
  if (years === undefined) return undefined;
  const from = years - (years % width);
  return years >= 90 ? '90+' : `${from}-${from + width - 1}`;
}

function outcode(value: string): Value {
  const compact = value.replaceAll(' ', '').toUpperCase();
  return /^([A-Z]{1,2}[0-9][A-Z0-9]?)[0-9][A-Z]{2}$/.exec(compact)?.[1];
}

/** By the blocks of ICD-10 (WHO, fifth edition); a chapter takes its letter's codes to the end. */
function icd10Chapter(value: string): Value {
  const [, letter = '', number = ''] = /^([A-Z])([0-9]{2})/.exec(value.toUpperCase()) ?? [];
  if (letter === '') return undefined;
  if (letter === 'D') return Number(number) < 50 ? 'II' : 'III';
  if (letter === 'H') return Number(number) < 60 ? 'VII' : 'VIII';
  const letters = ['AB', 'C', '', 'E', 'F', 'G', '', '', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'ST'];
  const more = ['VWXY', 'Z', 'U'];
  const roman = 'I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII'.split(' ');
  return roman[[...letters, ...more].findIndex((block) => block.includes(letter))];
}

function opcs4Chapter(value: string): Value {
  return /^[A-Z][0-9]/.exec(value.toUpperCase())?.[0].slice(0, 1);
}

/** Where a lookup names an area twice, the first in the order of its values counts, missing ones last. */
function areaOf(lsoa: string, as: string, geography: readonly SourceRecord[]): Value {
  const last = (value: Value): string => value ?? '\u{10ffff}';
  const named = geography
    .filter((record) => record['lsoa'] === lsoa)
    .map((record) => ['msoa', 'local_authority', 'region'].map((name) => record[name] || undefined))
    .sort((a, b) => a.map((value, at) => compareTexts(last(value), last(b[at]))).find((sign) => sign !== 0) ?? 0);
  return named[0]?.[['msoa', 'local_authority', 'region'].indexOf(as)];
}
