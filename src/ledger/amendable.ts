import { z } from 'zod';
import type { Json } from '../kernel/canonical-json.ts';
import { releaseTerms } from './release-terms.ts';

const words = z.string().trim().min(1, 'expected a text');
const cell = z.string();

/**
 * What can be amended of a row, and what it may become: for what dars released, the same that its entry was held to;
 * for rows of imported editions, any text, as they were written.
 */
export const AMENDABLE = {
  file: { ...releaseTerms, organisation: words, agreement: words },
  access: {
    identifiability: releaseTerms.identifiability,
    sensitive: releaseTerms.sensitive,
    legal_basis: releaseTerms.legal_basis,
    common_law_duty: releaseTerms.common_law_duty,
    opt_outs: releaseTerms.opt_outs,
    dataset: words,
    organisation: words,
    agreement: words,
  },
  imported: {
    organisation: words,
    dataset: words,
    identifiability: words,
    sensitive: words,
    legal_basis: words,
    purpose: cell,
    frequency: words,
    agreement: words,
    mr_number: cell,
    opt_outs: words,
    common_law_duty: cell,
  },
  agreement: {
    organisation: words,
    organisation_type: words,
    title: words,
    objective: words,
    processing: words,
    outputs: words,
    benefits: words,
    yielded_benefits: words,
    funder: words,
    commercial: z.boolean(),
    sublicensing: z.boolean(),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, z.ZodType<Json>>>>>;

/** The value that a text of the command line means for a field, or why it can't be one. */
export function amendedValue(
  of: keyof typeof AMENDABLE,
  field: string,
  text: string,
): { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly reason: string } {
  const fields: Readonly<Record<string, z.ZodType<Json>>> = AMENDABLE[of];
  const schema = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (schema === undefined) return { ok: false, reason: `the fields are ${Object.keys(fields).join(', ')}` };
  const spelled =
    schema instanceof z.ZodBoolean ? ({ true: true, false: false, yes: true, no: false }[text] ?? text) : text;
  const parsed = schema.safeParse(spelled);
  if (parsed.success) return { ok: true, value: parsed.data };
  if (schema instanceof z.ZodEnum) return { ok: false, reason: `expected one of ${schema.options.join(', ')}` };
  if (schema instanceof z.ZodBoolean) return { ok: false, reason: 'expected true or false' };
  return { ok: false, reason: parsed.error.issues[0]?.message ?? 'expected a text' };
}
