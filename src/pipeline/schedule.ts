import type { Frequency } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import { problemAt } from '../kernel/document.ts';
import { nearest } from '../kernel/nearest.ts';
import type { Problem } from '../kernel/problem.ts';
import type { LoadedPipeline } from './loaded-pipeline.ts';
import { type Every, everies, type Pipeline, selectionsOf } from './pipeline-schema.ts';

const MEANS = { monthly: 'month', quarterly: 'quarter', annual: 'year', 'one-off': 'once' } as const satisfies Record<
  Frequency,
  Every
>;

/** The longer of two periods; once is the longest. */
export function longerOf(a: Every, b: Every): Every {
  return everies.indexOf(a) < everies.indexOf(b) ? b : a;
}

/**
 * How often a pipeline goes out: as its schedule says, or as often as the agreement lets all of its datasets. A release
 * is of all products at once, so the dataset that may go out least often decides.
 */
export function everyOf(pipeline: Pipeline, agreement: LoadedAgreement): Every {
  return pipeline.schedule?.every ?? mostOften(pipeline, agreement).every;
}

function mostOften(pipeline: Pipeline, { agreement }: LoadedAgreement): { every: Every; dataset?: string } {
  return pipeline.products
    .flatMap((product) => selectionsOf(product, []))
    .reduce<{ every: Every; dataset?: string }>(
      (longest, { selection: { dataset } }) => {
        const frequency = agreement.datasets.find((grant) => grant.dataset === dataset)?.frequency;
        const every = frequency === undefined ? longest.every : longerOf(longest.every, MEANS[frequency]);
        return every === longest.every ? longest : { every, dataset };
      },
      { every: 'month' },
    );
}

/**
 * What is wrong with schedules that one file alone can't show: that they wait for pipelines that there are not, or for
 * each other; or ask for more than the agreement lets go out.
 */
export function checkSchedules(
  pipelines: readonly LoadedPipeline[],
  agreements: readonly LoadedAgreement[],
): Problem[] {
  const names = pipelines.map(({ pipeline }) => pipeline.pipeline);
  return pipelines.flatMap((loaded) => {
    const { pipeline, document } = loaded;
    const { schedule } = pipeline;
    if (schedule === undefined) return [];
    const problem = (path: PropertyKey[], code: string, message: string, hint?: string): Problem =>
      problemAt(document, ['schedule', ...path], code, message, hint);
    const problems = schedule.after.flatMap((name, index) => {
      if (names.includes(name)) return [];
      const near = nearest(name, names);
      const hint =
        near === undefined ? 'or its file is wrong; see what else dars check lists' : `did you mean ${near}?`;
      return [problem(['after', index], 'unknown-pipeline', `there is no pipeline ${name} to wait for`, hint)];
    });
    if (waitsForItself(pipeline.pipeline, pipelines)) {
      problems.push(problem(['after'], 'schedule-circle', `${pipeline.pipeline} waits in a circle for itself`));
    }
    const agreement = agreements.find(({ reference }) => reference.text === pipeline.agreement);
    if (agreement === undefined) return problems;
    const most = mostOften(pipeline, agreement);
    if (schedule.every !== undefined && longerOf(schedule.every, most.every) !== schedule.every) {
      const often = most.every === 'once' ? 'once' : `once a ${most.every}`;
      problems.push(
        problem(
          ['every'],
          'schedule-too-often',
          `it would run once a ${schedule.every}, and the agreement lets ${most.dataset} go out ${often}`,
          'leave every out to run as often as the agreement says',
        ),
      );
    }
    return problems;
  });
}

function waitsForItself(name: string, pipelines: readonly LoadedPipeline[]): boolean {
  const seen = new Set<string>();
  const ahead = [name];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const after = pipelines.find(({ pipeline }) => pipeline.pipeline === next)?.pipeline.schedule?.after ?? [];
    if (after.includes(name)) return true;
    ahead.push(...after.filter((each) => !seen.has(each)));
    for (const each of after) seen.add(each);
  }
  return false;
}
