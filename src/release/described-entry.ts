import { grantAnswer } from '../agreement/grant-answer.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { isKind } from '../ledger/entries.ts';
import type { Entry } from '../ledger/ledger.ts';
import type { Described } from '../ledger/register-entries.ts';

/** What the register says of an agreement version: its public facts, in the words that were signed. Pure. */
export function describedBody({ agreement }: LoadedAgreement, catalogue: Catalogue): Described {
  const { applicant, purpose, funding } = agreement;
  return {
    kind: 'described',
    agreement: agreement.reference,
    organisation: applicant.name,
    ...(applicant.type === undefined ? {} : { organisation_type: applicant.type }),
    title: agreement.title,
    controllers: agreement.controllers.map(({ name, role }) => ({ name, role })),
    processors: agreement.processors.map(({ name }) => name),
    term: { start: agreement.term.start, end: agreement.term.end },
    ...(agreement.signatures.length === 0
      ? {}
      : {
          signed: agreement.signatures
            .map(({ on }) => on)
            .sort()
            .at(-1),
        }),
    commercial: purpose.commercial,
    sublicensing: purpose.sublicensing,
    objective: purpose.objective,
    processing: purpose.processing,
    outputs: purpose.outputs,
    benefits: purpose.benefits,
    ...(purpose.yielded_benefits === undefined ? {} : { yielded_benefits: purpose.yielded_benefits }),
    ...(funding === undefined ? {} : { funder: funding.funder }),
    approvals: agreement.approvals.map(({ body, reference, dataset, outcome, on }) => ({
      body,
      ...(reference === undefined ? {} : { reference }),
      ...(dataset === undefined ? {} : { dataset }),
      outcome,
      ...(on === undefined ? {} : { on }),
    })),
    datasets: agreement.datasets
      .filter(({ products, system_access: access }) => products.length > 0 || access === true)
      .map((grant) => ({
        dataset: grant.dataset,
        title: catalogue.get(grant.dataset)?.title ?? grant.dataset,
        identifiability: grant.identifiability ?? 'identifiable',
        sensitive: grant.sensitive,
        legal_basis: grant.legal_basis ?? '',
        common_law_duty: grant.common_law_duty ?? 'none',
        frequency: grant.frequency ?? 'one-off',
        opt_outs: grantAnswer(grant, grant.identifiability ?? 'identifiable'),
        fields: grant.fields.map(({ from, as }) => (as === undefined ? from : `${from} as ${as}`)),
        ...(grant.system_access === true ? { system_access: true } : {}),
      })),
  };
}

/** The entry that describes an agreement version, if the ledger does not say it already; none where it does. */
export function describedEntries(
  entries: readonly Entry[],
  agreement: LoadedAgreement,
  catalogue: Catalogue,
  why: { readonly reason: string; readonly by: string } | undefined = undefined,
): Described[] {
  const body = describedBody(agreement, catalogue);
  const last = entries.findLast((entry) => isKind(entry, 'described') && entry.agreement === body.agreement);
  if (last !== undefined) {
    const { seq: _seq, time: _time, previous: _previous, salt: _salt, reason: _reason, by: _by, ...said } = last;
    if (canonicalJson(said) === canonicalJson(body)) return [];
  }
  return [{ ...body, ...why }];
}
