import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { approvalRefusals } from './approvals.ts';
import { frequencyRefusals, type PastUse } from './frequency.ts';
import { inForceRefusals } from './in-force.ts';
import { type OptOutFacts, optOutRefusals } from './opt-out-list.ts';
import { type RecipientKeyFacts, recipientKeyRefusals } from './recipient-key.ts';
import type { Refusal } from './refusal.ts';
import { securityRefusals } from './security.ts';
import { type SourceFacts, sourceRefusals } from './source-freshness.ts';
import { withheldCodeRefusals } from './withheld-codes.ts';
import { grantRefusals } from './within-grant.ts';

export type { Refusal };

/** All that the gate may know. It looks at nothing else, so that the same facts always give the same verdict. */
export interface GateFacts {
  readonly today: CalendarDate;
  readonly custodian: string;
  readonly pipeline: LoadedPipeline;
  readonly agreement: LoadedAgreement;
  /** Every agreement version of the workspace, to see whether a later one is in force. */
  readonly agreements: readonly LoadedAgreement[];
  readonly catalogue: Catalogue;
  readonly recipientKey: RecipientKeyFacts;
  readonly optOuts: OptOutFacts;
  /** The sources of the datasets that are read. */
  readonly sources: readonly SourceFacts[];
  /** What went out before under this agreement version, or is on its way. */
  readonly past: readonly PastUse[];
}

/**
 * May this pipeline run under this agreement today? Every reason to refuse, all at once; none means yes.
 * (Design, section 4, step 1.)
 */
export function refusalsFor(facts: GateFacts): readonly Refusal[] {
  return [
    ...inForceRefusals(facts.agreement, facts.agreements, facts.custodian, facts.today),
    ...approvalRefusals(facts.agreement, facts.pipeline, facts.today),
    ...securityRefusals(facts.agreement, facts.today),
    ...grantRefusals(facts),
    ...withheldCodeRefusals(facts.pipeline, facts.agreement, facts.catalogue),
    ...frequencyRefusals(facts.pipeline, facts.agreement, facts.past, facts.today),
    ...recipientKeyRefusals(facts.agreement, facts.recipientKey),
    ...sourceRefusals(facts.sources, facts.today),
    ...optOutRefusals(facts.optOuts, facts.pipeline, facts.agreement, facts.today),
  ];
}
