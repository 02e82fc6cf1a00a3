import type { Grant, Identifiability } from '../agreement/agreement-schema.ts';

/** What the register's column "Patient Opt-Outs applied" says of a file: `Yes - …` or `No - …`, with the reason. */
export function optOutAnswer(grant: Grant, identifiability: Identifiability): string {
  if (!grant.opt_outs.apply) return `No - ${grant.opt_outs.exempt}: ${grant.opt_outs.because}`;
  return identifiability === 'identifiable'
    ? 'Yes - patient objections upheld'
    : 'Yes - patient objections upheld, though the data flow is not identifiable';
}
