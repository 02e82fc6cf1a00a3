import { z } from 'zod';
import { words } from '../kernel/schema-parts.ts';

const code = z
  .string({ error: 'expected a code such as N97' })
  .transform((text) => text.trim().toUpperCase().replaceAll('.', ''))
  .refine(
    (text) => /^[A-Z][0-9]{2}[0-9A-Z]{0,3}$/.test(text),
    'expected a code of three characters or more, such as N97',
  );

/**
 * Codes that the law forbids to be given out with anything that names a person. The official list is licensed and not
 * shipped; a custodian puts theirs into this form. A code means itself and everything below it.
 */
export const restrictedCodesSchema = z
  .strictObject({
    list: words.describe('what the list is, and where it comes from'),
    version: words.describe('as dars.yaml names it'),
    codes: z
      .array(
        z.strictObject({
          system: z.enum(['icd10', 'opcs4'], { error: 'expected icd10 or opcs4' }).describe('what the code is of'),
          code: code.describe('the code and everything below it'),
          because: words.optional().describe('the provision'),
        }),
      )
      .min(1, 'a list without codes restricts nothing: leave it out of dars.yaml if that is meant'),
  })
  .describe('legally restricted codes');

/** The list as plans carry it. */
export interface RestrictedCodes {
  readonly version: string;
  /** Of the list's file. */
  readonly sha256: string;
  /** Each once, in order, in upper case and without dots. */
  readonly codes: Readonly<Record<'icd10' | 'opcs4', readonly string[]>>;
}

export function restrictedCodes(
  { version, codes }: z.output<typeof restrictedCodesSchema>,
  sha256: string,
): RestrictedCodes {
  const of = (wanted: 'icd10' | 'opcs4'): string[] =>
    [...new Set(codes.filter(({ system }) => system === wanted).map((each) => each.code))].sort();
  return { version, sha256, codes: { icd10: of('icd10'), opcs4: of('opcs4') } };
}
