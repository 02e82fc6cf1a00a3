import type { Approval, Grant } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import { latestOf, openConditions, plainOutcome, reviewHasPassed } from './decision.ts';
import type { Refusal } from './refusal.ts';

/** What flows under section 251 has CAG's support in force: named by its reference, for this dataset, not overtaken. */
export function cagRefusals(loaded: LoadedAgreement, datasets: readonly string[], today: CalendarDate): Refusal[] {
  const { agreement, document } = loaded;
  return agreement.datasets
    .filter((grant) => datasets.includes(grant.dataset) && grant.common_law_duty === 'section-251')
    .filter((grant) => !isSupported(grant, loaded, today))
    .map((grant) =>
      problemAt(
        document,
        ['datasets', agreement.datasets.indexOf(grant), 'common_law_duty'],
        'no-cag-support',
        `${grant.dataset} flows under section 251, and no support by CAG is in force on ${today}`,
        'it needs an approval by CAG with a reference, the outcome supported, no open condition and a review date to come',
      ),
    );
}

function isSupported(grant: Grant, loaded: LoadedAgreement, today: CalendarDate): boolean {
  const decisions = loaded.agreement.approvals.filter(
    ({ body, dataset }) => body === 'CAG' && (dataset === undefined || dataset === grant.dataset),
  );
  const references = new Set(decisions.flatMap(({ reference }) => reference ?? []).map(spelling));
  return [...references].some((reference) => {
    // A decision that takes support away and names no reference takes away all of it.
    const about = decisions.filter((each) =>
      each.reference === undefined ? !supports(each) : spelling(each.reference) === reference,
    );
    const latest = latestOf(about, today);
    return (
      latest !== undefined &&
      supports(latest) &&
      latest.review_by !== undefined &&
      !reviewHasPassed(latest, today) &&
      openConditions(latest, loaded, today).length === 0
    );
  });
}

function supports(decision: Approval): boolean {
  return /^((fully|conditionally) )?(supported|approved)$/.test(plainOutcome(decision));
}

function spelling(reference: string): string {
  return reference.replaceAll(/\s/g, '').toUpperCase();
}
