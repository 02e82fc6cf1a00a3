import type { Agreement } from '../../agreement/agreement-schema.ts';
import type { ClassRisk } from './class-risk.ts';
import type { SensitiveRisk } from './sensitive-risk.ts';
import type { TrajectoryRisk } from './trajectories.ts';

/** What an agreement says of risk: what is measured, and how much of it is too much. */
export type RiskTerms = NonNullable<Agreement['risk']>;

/** Of an agreement that says nothing of risk. */
export const NO_TERMS: RiskTerms = { k: 5, sensitive: [], at_most: {} };

/** A measure above its threshold. */
export interface Breach {
  /** As `at_most` names it, or `distinct_values`. */
  readonly measure: string;
  readonly value: number;
  readonly limit: number;
}

/** The measures of classes that have thresholds, as `at_most` names them. */
function classMeasures(risk: ClassRisk): Readonly<Record<string, number>> {
  const share = (people: number): number => (risk.people === 0 ? 0 : people / risk.people);
  return {
    small_classes: share(risk.belowK),
    small_population_classes: share(risk.belowKInPopulation),
    uniques: share(risk.uniques),
    population_uniques: share(risk.populationUniques),
    prosecutor_highest: risk.prosecutorHighest,
    prosecutor_average: risk.prosecutorAverage,
    journalist_highest: risk.journalistHighest,
    journalist_average: risk.journalistAverage,
    marketer: risk.marketer,
  };
}

/** Shares of people are counts divided, so what lies on the threshold is not above it. */
const EPSILON = 1e-12;

export function classBreaches(risk: ClassRisk, terms: RiskTerms): Breach[] {
  const limits = terms.at_most as Readonly<Record<string, unknown>>;
  return Object.entries(classMeasures(risk)).flatMap(([measure, value]) => {
    const limit = limits[measure];
    return typeof limit === 'number' && value > limit + EPSILON ? [{ measure, value, limit }] : [];
  });
}

/** How far above their thresholds the measures of classes are, all together. */
export function excess(risk: ClassRisk, terms: RiskTerms): number {
  return classBreaches(risk, terms).reduce((sum, { value, limit }) => sum + (value - limit) / (1 - limit), 0);
}

export function sensitiveBreaches(sensitive: readonly SensitiveRisk[], people: number, terms: RiskTerms): Breach[] {
  const { t_closeness: t, learnt } = terms.at_most;
  const least = terms.at_least?.distinct_values;
  return sensitive.flatMap((each): Breach[] => [
    ...(t !== undefined && each.closeness > t + EPSILON
      ? [{ measure: `t_closeness of ${each.name}`, value: each.closeness, limit: t }]
      : []),
    ...(learnt !== undefined && people > 0 && each.learnt / people > learnt + EPSILON
      ? [{ measure: `learnt of ${each.name}`, value: each.learnt / people, limit: learnt }]
      : []),
    ...(least !== undefined && people > 0 && each.distinct < least
      ? [{ measure: `distinct_values of ${each.name}`, value: each.distinct, limit: least }]
      : []),
  ]);
}

/** What the measure of so many known events is called. */
export function trajectoryMeasure(events: number): string {
  return `unique_trajectories of ${events}`;
}

export function trajectoryBreaches(found: readonly TrajectoryRisk[], terms: RiskTerms): Breach[] {
  const limit = terms.at_most.unique_trajectories;
  const row = found.find(({ known }) => known === limit?.events);
  if (limit === undefined || row === undefined || row.people === 0) return [];
  const value = row.uniques / row.people;
  return value > limit.share + EPSILON ? [{ measure: trajectoryMeasure(limit.events), value, limit: limit.share }] : [];
}
