import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { CalendarDate } from '../kernel/calendar-date.ts';
import { problemAt } from '../kernel/document.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import { cagRefusals } from './cag-support.ts';
import { latestOf, openConditions, plainOutcome, reviewHasPassed } from './decision.ts';
import type { Refusal } from './refusal.ts';
import { flowingDatasets, usedDatasets } from './used-datasets.ts';

/**
 * The owner of each dataset approved it, the advisory group's outcome allows a release and its conditions are met, and
 * confidential data that flow under section 251 have CAG's support in force. (Reference: governance, section 3.)
 */
export function approvalRefusals(
  loaded: LoadedAgreement,
  { pipeline }: LoadedPipeline,
  today: CalendarDate,
): Refusal[] {
  return [
    ...usedDatasets(pipeline).flatMap((dataset) => ownerRefusals(dataset, loaded, today)),
    ...advisoryRefusals(loaded, today),
    ...cagRefusals(loaded, flowingDatasets(pipeline), today),
  ];
}

function ownerRefusals(dataset: string, loaded: LoadedAgreement, today: CalendarDate): Refusal[] {
  const { agreement, document } = loaded;
  if (!agreement.datasets.some((grant) => grant.dataset === dataset)) return [];
  const decisions = agreement.approvals.filter((each) => each.body === 'IAO' && each.dataset === dataset);
  const latest = latestOf(decisions, today);
  if (latest !== undefined && OWNER_APPROVES.test(plainOutcome(latest)) && !reviewHasPassed(latest, today)) {
    return openConditions(latest, loaded, today);
  }
  return [
    problemAt(
      document,
      latest === undefined ? ['approvals'] : ['approvals', agreement.approvals.indexOf(latest)],
      'no-iao-approval',
      `${dataset} has no approval in force by its Information Asset Owner`,
      `add { body: IAO, dataset: ${dataset}, outcome: approved, on: DATE } once it is given`,
    ),
  ];
}

function advisoryRefusals(loaded: LoadedAgreement, today: CalendarDate): Refusal[] {
  const { agreement, document } = loaded;
  const advice = agreement.approvals.filter(({ body }) => body === 'IGARD' || body === 'AGD');
  const latest = latestOf(advice, today);
  if (latest !== undefined && RECOMMENDS.test(plainOutcome(latest)) && !reviewHasPassed(latest, today)) {
    return openConditions(latest, loaded, today);
  }
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

/** Outcomes that allow, in full: what is worded in another way may say anything, and is for a person to judge. */
const CONDITIONS = '( (subject to|with|without|with no)( \\w+)?( \\w+)? (conditions?|caveats?)( being met| met)?)?';
const OWNER_APPROVES = new RegExp(`^approved${CONDITIONS}$`);
const RECOMMENDS = new RegExp(
  `^(recommend(ed)?|recommendation)( (for|to) (approval|approve))?( (for|at) (a )?reduced term| for (up to )?\\w+ (months?|years?))?${CONDITIONS}$`,
);
