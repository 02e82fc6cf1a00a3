import type { Approval } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import type { Refusal } from './refusal.ts';

/** The latest of the approvals that were given by today; one without a date counts as the earliest. */
export function latestOf(approvals: readonly Approval[], today: CalendarDate): Approval | undefined {
  return approvals
    .filter(({ on }) => on === undefined || on <= today)
    .reduce<Approval | undefined>(
      (latest, each) => (latest === undefined || (each.on ?? '') >= (latest.on ?? '') ? each : latest),
      undefined,
    );
}

/** Whether the day by which it had to be reviewed has passed; the day itself still counts. */
export function reviewHasPassed({ review_by }: Approval, today: CalendarDate): boolean {
  return review_by !== undefined && review_by < today;
}

/** The conditions of an approval that are not met; where it says that it has some and lists none, that is one. */
export function openConditions(
  approval: Approval,
  { agreement, document }: LoadedAgreement,
  today: CalendarDate,
): Refusal[] {
  const path = ['approvals', agreement.approvals.indexOf(approval)];
  const of = approval.dataset === undefined ? approval.body : `${approval.body} for ${approval.dataset}`;
  if (approval.conditions.length === 0 && saysConditions(approval.outcome)) {
    return [
      problemAt(
        document,
        [...path, 'outcome'],
        'conditions-open',
        `the outcome of ${of} has conditions, and none of them is listed as met`,
        'list them: conditions: [{ text: …, met_on: DATE }]',
      ),
    ];
  }
  return approval.conditions.flatMap(({ met_on }, index) =>
    met_on !== undefined && met_on <= today
      ? []
      : [
          problemAt(
            document,
            [...path, 'conditions', index],
            'conditions-open',
            `condition ${index + 1} of ${of} is open`,
            'give it met_on: DATE once it is met',
          ),
        ],
  );
}

function saysConditions(outcome: string): boolean {
  return /condition|caveat/i.test(
    outcome.replaceAll(/\b(unconditional\w*|(without|no)\s+(conditions?|caveats?))/gi, ''),
  );
}

/** An outcome as bodies spell it: `recommend_subject_to_conditions` and `Recommended, subject to conditions` alike. */
export function plainOutcome({ outcome }: Approval): string {
  return outcome
    .toLowerCase()
    .replaceAll(/[\s_,;:.-]+/g, ' ')
    .trim();
}
