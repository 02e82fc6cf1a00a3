import { z } from 'zod';
import { type Derivation, derivations, parseDerivation } from './derivation.ts';

/** `as:` of a field: one of the derivations that lose detail. */
export const derivationSchema = z
  .string()
  .refine((text) => parseDerivation(text) !== undefined, `expected one of ${derivations.join(', ')}`)
  .meta({ description: 'the form that loses detail', examples: [...derivations] })
  .transform((text) => parseDerivation(text) as Derivation);

/** A column as files name it: `ADMIDATE`, or `pds.gender` for demographics joined on. */
export const columnReference = z
  .string({ error: 'expected a column name' })
  .regex(/^([Pp][Dd][Ss]\.)?[A-Za-z][A-Za-z0-9_]*$/, 'expected a column name such as ADMIDATE or pds.gender')
  .describe('a column as the catalogue names it, in any case; pds.… for demographics joined on');
