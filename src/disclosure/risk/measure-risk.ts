import { type ClassRisk, type ColumnRisk, classRisk, columnRisks, type SizeBand, sizeBands } from './class-risk.ts';
import { type Recoding, recodings } from './recodings.ts';
import type { Ask, Levels, RiskSubject } from './risk-subject.ts';
import {
  type Breach,
  classBreaches,
  excess,
  type RiskTerms,
  sensitiveBreaches,
  trajectoryBreaches,
} from './risk-terms.ts';
import { type SensitiveRisk, sensitiveRisk } from './sensitive-risk.ts';
import { type SpecialUniques, specialUniques } from './special-uniques.ts';
import { type TrajectoryRisk, trajectories } from './trajectories.ts';

/** How identifiable the people of an output are. Exact counts: for the custodian, who keeps them. */
export interface Risk {
  readonly k: number;
  readonly classes: ClassRisk;
  readonly bands: readonly SizeBand[];
  readonly columns: readonly ColumnRisk[];
  readonly special: SpecialUniques;
  readonly sensitive: readonly SensitiveRisk[];
  readonly events: readonly string[];
  readonly trajectories: readonly TrajectoryRisk[];
  /** Measures above the agreement's thresholds; none means that the output may go. */
  readonly breaches: readonly Breach[];
  /** What would bring the measures of classes under them. Nothing is ever changed by itself. */
  readonly proposals: readonly Recoding[];
}

/** Measures everything on the tables of a subject. `run` is for the tables that it makes and drops on the way. */
export async function measureRisk(
  subject: RiskSubject,
  terms: RiskTerms,
  ask: Ask,
  run: (sql: string) => Promise<void>,
): Promise<Risk> {
  const asItIs: Levels = subject.quasiIdentifiers.map(() => 0);
  const classes = await classRisk(subject, asItIs, terms.k, ask);
  const columns = await columnRisks(subject, ask);
  const best = [...columns.keys()].sort(
    (a, b) => (columns[b]?.separation ?? 0) - (columns[a]?.separation ?? 0) || a - b,
  );
  const sensitive: SensitiveRisk[] = [];
  for (const each of subject.sensitive) sensitive.push(await sensitiveRisk(subject, each, asItIs, ask));
  const found = await trajectories(subject, ask, run);
  const ofClasses = classBreaches(classes, terms);
  return {
    k: terms.k,
    classes,
    bands: await sizeBands(subject, asItIs, ask),
    columns,
    special: await specialUniques(subject, best, ask, run),
    sensitive,
    events: subject.events?.columns ?? [],
    trajectories: found,
    breaches: [
      ...ofClasses,
      ...sensitiveBreaches(sensitive, classes.people, terms),
      ...trajectoryBreaches(found, terms),
    ],
    proposals:
      ofClasses.length === 0
        ? []
        : await recodings(
            subject,
            terms.k,
            (risk) => classBreaches(risk, terms).length === 0,
            (risk) => excess(risk, terms),
            ask,
          ),
  };
}
