import type { Json } from '../../kernel/canonical-json.ts';
import type { Problem } from '../../kernel/problem.ts';
import type { Risk } from './measure-risk.ts';
import type { Recoding } from './recodings.ts';
import { type Breach, trajectoryMeasure } from './risk-terms.ts';

/** What a report is about. */
export interface RiskOf {
  readonly pipeline: string;
  readonly agreement: string;
  readonly custodian: string;
  /** SHA-256 of the plan that was measured. */
  readonly plan: string;
  /** The release, where it is one. */
  readonly release: string | undefined;
  readonly day: string;
}

/** The report as JSON: exact, for the custodian alone. The same risk gives the same bytes. */
export function riskJson(about: RiskOf, risk: Risk): string {
  const { release, ...rest } = about;
  return `${JSON.stringify({ format: 'dars-risk/1', ...rest, ...(release === undefined ? {} : { release }), ...risk }, null, 2)}\n`;
}

/** The largest count that could single somebody out (HES analysis guide, since September 2018). */
const SMALL = 7;

/** A share of people as it may stand on a terminal or in a log: `12.3%`, or a bound where few people make it up. */
export function shownShare(share: number, people: number): string {
  const count = Math.round(share * people);
  if (count === 0) return '0%';
  if (count <= SMALL) return people > SMALL ? `under ${percent((SMALL + 1) / people)}` : 'of few people';
  // Few people who are not of it are few people as well.
  if (people - count >= 1 && people - count <= SMALL) return `over ${percent(1 - (SMALL + 1) / people)}`;
  return percent(share);
}

export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return 'under 0.1%';
  if (value > 99.9 && value < 100) return 'over 99.9%';
  return `${value.toFixed(1).replace(/\.0$/, '')}%`;
}

export function shownCount(count: number): string {
  return count >= 1 && count <= SMALL ? `under ${SMALL + 1}` : count.toLocaleString('en-GB');
}

/** A risk between 0 and 1 with three figures. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Two columns of text for a terminal; counts and shares of few people do not stand in it. */
export function riskRows(risk: Risk): readonly (readonly [string, string])[] {
  const { classes, special, sensitive } = risk;
  const share = (count: number): string =>
    shownShare(classes.people === 0 ? 0 : count / classes.people, classes.people);
  const pair = (own: string, population: string): string => `${own} in the output, ${population} in the full source`;
  return [
    ['people', pair(shownCount(classes.people), shownCount(classes.population))],
    ['found by', risk.columns.map(({ name }) => name).join(', ') || 'nothing: the output has no quasi-identifier'],
    ['prosecutor', `highest ${figure(classes.prosecutorHighest)}, average ${figure(classes.prosecutorAverage)}`],
    ['journalist', `highest ${figure(classes.journalistHighest)}, average ${figure(classes.journalistAverage)}`],
    ['marketer', figure(classes.marketer)],
    ['alone', pair(share(classes.uniques), share(classes.populationUniques))],
    [`in classes under ${risk.k}`, pair(share(classes.belowK), share(classes.belowKInPopulation))],
    [
      'singled out by',
      special.people
        .map(({ columns, people }) => `${columns} ${columns === 1 ? 'column' : 'columns'} ${share(people)}`)
        .join(', '),
    ],
    ...risk.trajectories.map(
      ({ known, people, uniques }) =>
        [
          `${known} known ${known === 1 ? 'event' : 'events'}`,
          people === 0
            ? 'nobody has so many'
            : `single out ${shownShare(uniques / people, people)} of those with so many`,
        ] as const,
    ),
    ...sensitive.map(
      ({ name, distinct, entropy, closeness, learnt }) =>
        [
          name,
          `distinct l ${distinct}, entropy l ${figure(entropy)}, t ${figure(closeness)}, learnt of ${share(learnt)} from their class`,
        ] as const,
    ),
  ];
}

/** The same for programs that read stdout. */
export function shownRisk(risk: Risk): Json {
  return {
    figures: Object.fromEntries(riskRows(risk)),
    breaches: risk.breaches.map((breach) => ({
      measure: breach.measure,
      is: shownValue(breach, risk),
      at_most: breach.limit,
    })),
    proposals: risk.proposals.map((proposal) => ({ change: changesOf(proposal), loss: percent(proposal.loss) })),
  };
}

/** One problem for each measure above its threshold; the first carries the proposals. */
export function riskRefusals(risk: Risk): Problem[] {
  const bounds = (breach: Breach): string => {
    const least = breach.measure.startsWith('distinct_values');
    return `${least ? 'at least' : 'at most'} ${figure(breach.limit)}`;
  };
  const path = (measure: string): string =>
    measure.startsWith('distinct_values') ? 'risk.at_least.distinct_values' : `risk.at_most.${measure.split(' ')[0]}`;
  return risk.breaches.map((breach, index) => ({
    code: 'risk',
    path: path(breach.measure),
    message: `people could be found too easily: ${breach.measure} is ${shownValue(breach, risk)}, and the agreement allows ${bounds(breach)}`,
    ...(index > 0 ? {} : { hint: proposalHint(risk) }),
  }));
}

function proposalHint({ proposals }: Risk): string {
  if (proposals.length === 0)
    return 'no recoding of the quasi-identifiers alone is enough: ask for fewer columns, or for other people';
  const each = proposals.map(
    (proposal) => `${changesOf(proposal)} (loses ${percent(proposal.loss)} of what they tell)`,
  );
  return `enough would be: ${each.join('; or ')}. Nothing is changed by itself: change the fields of the pipeline`;
}

/** `MYDOB as year, LSOA11 left out` */
export function changesOf({ changes }: Recoding): string {
  return changes.map(({ column, to }) => (to === 'left out' ? `${column} left out` : `${column} as ${to}`)).join(', ');
}

/** Averages and highest risks are no counts of people; shares are, of those whom the measure is of. */
function shownValue({ measure, value }: Breach, { classes, trajectories }: Risk): string {
  const drawn = trajectories.find(({ known }) => measure === trajectoryMeasure(known));
  if (drawn !== undefined) return shownShare(value, drawn.people);
  return /classes$|uniques$|^learnt/.test(measure) ? shownShare(value, classes.people) : figure(value);
}
