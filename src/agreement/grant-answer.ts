import { optOutAnswer } from '../kernel/opt-out-answer.ts';
import type { Grant, Identifiability } from './agreement-schema.ts';

/** What the register says of opt-outs for data given out under a grant, in that form. */
export function grantAnswer(grant: Grant, identifiability: Identifiability): string {
  const flow = { identifiability, commonLawDuty: grant.common_law_duty ?? 'none', legalBasis: grant.legal_basis ?? '' };
  return optOutAnswer(flow, grant.opt_outs);
}
