import type { MatchColumn } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { cohortUploads, decisionsOf } from '../pipeline/pipeline-schema.ts';
import { columnName, must } from './checked.ts';
import type { Clauses } from './clauses.ts';
import type { OutputColumn, Step, TracePlan } from './plan.ts';

/** The applicant's cohorts of the products, traced before any file is made. */
export function tracePlans(
  { pipeline }: LoadedPipeline,
  { agreement }: LoadedAgreement,
  clauses: Clauses,
): { traces?: readonly TracePlan[] } {
  const { cohort } = agreement;
  const traces = pipeline.products.flatMap((product): TracePlan[] => {
    const decisions = decisionsOf(product);
    return cohortUploads(product).length === 0
      ? []
      : [
          {
            product: product.name,
            files: cohortUploads(product),
            ...(decisions === undefined ? {} : { decisions }),
            terms: { identifiers: must(cohort).identifiers, size: must(cohort).size },
            exempt: exemptBases(cohort),
            reason: clauses.agreement('cohort', 'participants are found in PDS by what the applicant knows of them'),
          },
        ];
  });
  return traces.length === 0 ? {} : { traces };
}

function exemptBases(cohort: LoadedAgreement['agreement']['cohort']): string[] {
  return (cohort?.opt_out_exemptions ?? []).map(({ legal_basis: basis }) => basis);
}

/** What the register says after the answer: opt-outs are a matter of each participant's legal basis. */
export function exemptions({ agreement }: LoadedAgreement): string {
  const exempt = agreement.cohort?.opt_out_exemptions ?? [];
  return exempt.map(({ legal_basis: basis, because }) => `; not to participants by ${basis}: ${because}`).join('');
}

export function keepParticipants(product: string, { agreement }: LoadedAgreement, clauses: Clauses): Step {
  const exempt = exemptBases(agreement.cohort);
  const bases = exempt.length === 0 ? '' : `; those by ${exempt.join(' or ')} stay though they opted out`;
  return {
    kind: 'keep-participants',
    cohort: product,
    exempt,
    reason: clauses.agreement('cohort', `only participants who were found stay, by their study id${bases}`),
  };
}

export function stay(dataset: Dataset, clauses: Clauses): Step {
  return {
    kind: 'select-stay',
    column: columnName(dataset, must(dataset.date)),
    reason: clauses.rule('design 3', 'each participant’s own dates, where the cohort file has them'),
  };
}

/** A superseded record leads to the same person: one row each is what a match file has. */
export function currentRecords(dataset: Dataset, clauses: Clauses): Step {
  return {
    kind: 'select-rows',
    condition: { kind: 'is_null', column: columnName(dataset, 'replaced_by'), is: true },
    reason: clauses.rule('design 3', 'one row a participant: their current record'),
  };
}

const MATCH_TYPES: Readonly<Partial<Record<MatchColumn, ColumnType>>> = {
  MATCH_STEP: 'text',
  ERROR_SUCCESS_CODE: 'text',
  MATCH_WEIGHT: 'decimal',
  MATCH_PROBABILITY: 'decimal',
  MATCHABILITY: 'decimal',
  MATCH_GAP: 'decimal',
};

export function matchColumn(name: MatchColumn): OutputColumn {
  const type = MATCH_TYPES[name] ?? 'integer';
  return { name, type, of: 'match', from: name, sourceType: type, concept: undefined, withheld: false };
}
