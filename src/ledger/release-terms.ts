import { z } from 'zod';

/* What members of entries are held to. */
export const text = z.string().min(1);
export const count = z.int().nonnegative();
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const day = z.iso.date();
export const period = z.strictObject({ from: day, to: day });

/** What the register says of how data was given out: the members of a file that can be amended, one by one. */
export const releaseTerms = {
  dataset: text,
  identifiability: z.enum(['identifiable', 'pseudonymised', 'aggregated']),
  sensitive: z.boolean(),
  legal_basis: text,
  common_law_duty: z.enum(['section-251', 'consent', 'statutory', 'none']),
  frequency: z.enum(['one-off', 'monthly', 'quarterly', 'annual']),
  opt_outs: text.regex(/^(Yes|No) - \S/, 'expected "Yes - …" or "No - …", with the reason'),
};
