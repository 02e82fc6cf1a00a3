import type { Approval } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Refusal } from './gate.ts';
import { usedDatasets } from './used-datasets.ts';

/**
 * The owner of each dataset approved it, the advisory group's outcome allows a release and its conditions are met, and
 * confidential data that flow under section 251 have CAG's support in force. (Reference: governance, section 3.)
 */
export function approvalRefusals(loaded: LoadedAgreement, pipeline: LoadedPipeline, today: CalendarDate): Refusal[] {
  const datasets = usedDatasets(pipeline.pipeline);
  return [
    ...ownerRefusals(loaded, datasets, today),
    ...advisoryRefusals(loaded, today),
    ...cagRefusals(loaded, datasets, today),
  ];
}

function ownerRefusals(
  { agreement, document }: LoadedAgreement,
  datasets: readonly string[],
  today: CalendarDate,
): Refusal[] {
  return datasets
    .filter((dataset) => agreement.datasets.some((grant) => grant.dataset === dataset))
    .filter((dataset) => {
      const latest = latestOf(
        agreement.approvals.filter((each) => each.body === 'IAO' && each.dataset === dataset),
        today,
      );
      return latest === undefined || !/^approved$/i.test(latest.outcome);
    })
    .map((dataset) =>
      problemAt(
        document,
        ['approvals'],
        'no-iao-approval',
        `${dataset} has no approval in force by its Information Asset Owner`,
        `add { body: IAO, dataset: ${dataset}, outcome: approved, on: DATE } once it is given`,
      ),
    );
}

function advisoryRefusals({ agreement, document }: LoadedAgreement, today: CalendarDate): Refusal[] {
  const advice = agreement.approvals.filter(({ body }) => body === 'IGARD' || body === 'AGD');
  const latest = latestOf(advice, today);
  if (latest === undefined || !recommends(latest.outcome)) {
    return [
      problemAt(
        document,
        latest === undefined ? ['approvals'] : ['approvals', agreement.approvals.indexOf(latest), 'outcome'],
        'no-igard-outcome',
        latest === undefined ? 'there is no IGARD outcome' : 'the latest IGARD outcome does not allow a release',
        'a release needs the outcome recommended, with every condition met',
      ),
    ];
  }
  const path = ['approvals', agreement.approvals.indexOf(latest), 'conditions'];
  if (/condition|caveat/i.test(latest.outcome) && latest.conditions.length === 0) {
    return [
      problemAt(
        document,
        path,
        'conditions-open',
        'IGARD recommended with conditions, and none of them is listed as met',
      ),
    ];
  }
  return latest.conditions.flatMap((condition, index) =>
    condition.met_on !== undefined && condition.met_on <= today
      ? []
      : [
          problemAt(
            document,
            [...path, index],
            'conditions-open',
            `condition ${index + 1} of IGARD is open`,
            'give it met_on: DATE once it is met',
          ),
        ],
  );
}

function cagRefusals(
  { agreement, document }: LoadedAgreement,
  datasets: readonly string[],
  today: CalendarDate,
): Refusal[] {
  const under251 = agreement.datasets.filter(
    (grant) => datasets.includes(grant.dataset) && grant.common_law_duty === 'section-251',
  );
  if (under251.length === 0) return [];
  const supported = agreement.approvals.some(
    (each) =>
      each.body === 'CAG' &&
      each.reference !== undefined &&
      /^(fully |conditionally )?(supported|approved)$/i.test(each.outcome) &&
      (each.on === undefined || each.on <= today) &&
      each.review_by !== undefined &&
      each.review_by >= today &&
      each.conditions.every(({ met_on }) => met_on !== undefined && met_on <= today),
  );
  if (supported) return [];
  return under251.map((grant) =>
    problemAt(
      document,
      ['datasets', agreement.datasets.indexOf(grant), 'common_law_duty'],
      'no-cag-support',
      `${grant.dataset} flows under section 251, and no support by CAG is in force on ${today}`,
      'it needs an approval by CAG with a reference, the outcome supported and a review date that has not passed',
    ),
  );
}

function recommends(outcome: string): boolean {
  return /^recommend(ed)?\b(?!.*\b(not|unable|defer))/i.test(outcome.trim());
}

/** The latest of the approvals that were given by today; one without a date counts as the earliest. */
function latestOf(approvals: readonly Approval[], today: CalendarDate): Approval | undefined {
  return approvals
    .filter(({ on }) => on === undefined || on <= today)
    .reduce<Approval | undefined>(
      (latest, each) => (latest === undefined || (each.on ?? '') >= (latest.on ?? '') ? each : latest),
      undefined,
    );
}
