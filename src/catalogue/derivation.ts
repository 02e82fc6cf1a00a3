import type { ColumnConcept } from './dataset.ts';

/** The forms that lose detail, finest first, for each thing a column can mean (design, section 3). */
const CHAINS = {
  date: ['month', 'quarter', 'year'],
  date_of_death: ['month', 'quarter', 'year'],
  date_of_birth: ['mmyyyy', 'year', 'age', 'age_band_5', 'age_band_10'],
  birth_month: ['year'],
  postcode: ['outcode', 'area'],
  icd10: ['3_characters', 'chapter'],
  opcs4: ['3_characters', 'chapter'],
  lsoa: ['msoa', 'local_authority', 'region'],
} as const satisfies Partial<Record<ColumnConcept, readonly string[]>>;

export const derivations = [
  'month',
  'quarter',
  'year',
  'mmyyyy',
  'age',
  'age_band_5',
  'age_band_10',
  'outcode',
  'area',
  '3_characters',
  'chapter',
  'msoa',
  'local_authority',
  'region',
] as const;

/** A derivation that loses detail, as `as:` names it. */
export type Derivation = (typeof derivations)[number];

/** Other spellings that people write; the canonical one is shown everywhere. */
const SPELLINGS: Readonly<Record<string, Derivation>> = {
  mm_yyyy: 'mmyyyy',
  five_year_band: 'age_band_5',
  five_year_age_band: 'age_band_5',
  age_band: 'age_band_5',
  band_5: 'age_band_5',
  ten_year_band: 'age_band_10',
  ten_year_age_band: 'age_band_10',
  band_10: 'age_band_10',
  postcode_area: 'area',
  three_characters: '3_characters',
  '3_character': '3_characters',
  three_character: '3_characters',
  '3_char': '3_characters',
  '3_chars': '3_characters',
  la: 'local_authority',
};

/** The derivation that a text names, whatever its case and whether it is written with blanks, hyphens or underscores. */
export function parseDerivation(text: string): Derivation | undefined {
  const name = text.trim().toLowerCase().replaceAll(/[ -]+/g, '_');
  return (derivations as readonly string[]).includes(name) ? (name as Derivation) : SPELLINGS[name];
}

/** The derivations that a concept has, finest first; empty where there are none. */
export function derivationsOf(concept: ColumnConcept | undefined): readonly Derivation[] {
  return concept !== undefined && concept in CHAINS ? CHAINS[concept as keyof typeof CHAINS] : [];
}

/**
 * Whether granting `granted` (undefined: the column itself) grants `asked`. Granting a column grants every coarser
 * form of it; granting a derivation grants that one and coarser ones, never the column.
 */
export function grants(
  concept: ColumnConcept | undefined,
  granted: Derivation | undefined,
  asked: Derivation | undefined,
): boolean {
  if (granted === undefined) return true;
  if (asked === undefined) return false;
  const chain = derivationsOf(concept);
  return chain.includes(granted) && chain.indexOf(asked) >= chain.indexOf(granted);
}

/** Whether a derivation needs the date of an event beside the value. */
export function needsEventDate(derivation: Derivation | undefined): boolean {
  return derivation === 'age' || derivation === 'age_band_5' || derivation === 'age_band_10';
}
