import type { Explanation } from '../explain.ts';
import type { Model } from '../model.ts';
import type { Estimate } from '../trace-quality/estimates.ts';
import type { LinkReport } from './link-report.ts';
import { page, percent, type Section, table } from './report-page.ts';
import { columnChart, rowChart, waterfall } from './svg-charts.ts';

/** More rules than these are told of in numbers only. */
const CHARTED_RULES = 25;

/** A linkage report as a page that a person can read and keep. */
export function linkPage(report: LinkReport, files: readonly string[]): string {
  const { accepted, estimates, threshold, blocking } = report;
  const rows = report.records.map((each, index) => `${files[index] ?? ''} (${each.rows.toLocaleString('en-GB')} rows)`);
  const lead = `${rows.join(' and ')}: ${accepted.toLocaleString('en-GB')} pairs were accepted, of ${blocking.compared.toLocaleString('en-GB')} compared and ${blocking.of.toLocaleString('en-GB')} possible. Pairs are accepted from a probability of ${threshold.probability} on. The counts are exact: this page is for the custodian.`;
  return page('Linkage quality', lead, [
    {
      heading: 'How good it is thought to be',
      words:
        'Estimated without labels, from the probabilities of the model: as good as these are. Precision is the share of accepted pairs that are true, recall the share of true pairs that were accepted.',
      html: table(
        ['', 'estimate', '95 % interval'],
        [
          ['precision', percent(estimates.precision.value), interval(estimates.precision)],
          ['recall', percent(estimates.recall.value), interval(estimates.recall)],
          [
            'true pairs that no block found',
            String(estimates.missedByBlocks),
            'at least, by how few rules found the others',
          ],
          ['records too bare to link', percent(report.unlinkable.share), `${report.unlinkable.records} records`],
          ['pairs decided by people', String(report.decided), ''],
        ],
      ),
    },
    {
      heading: 'Weights of the pairs compared',
      words:
        'Each column is two bits wide; ten bits are a thousand to one. Heights are square roots. Green pairs were accepted; of two tables only one pair of a record can be.',
      html: columnChart(
        'Pairs by weight',
        report.weights.map(({ from, pairs, accepted: taken }) => ({
          label: String(from),
          parts: [
            { value: taken, kind: 'good' },
            { value: pairs - taken, kind: 'plain' },
          ],
          says: `${taken} accepted, ${pairs - taken} not`,
        })),
      ),
    },
    {
      heading: 'Steps',
      words: 'The first rank whose rule an accepted pair meets.',
      html: table(
        ['rank', 'step', 'pairs'],
        report.steps.map(({ rank, step, pairs }) => [rank, step, pairs]),
      ),
    },
    ...blockSections(report),
    modelSection(report.model, report.modelHash),
    completenessSection(report, files),
    ...(report.example === undefined ? [] : [exampleSection(report.example)]),
  ]);
}

/** How one pair came to its weight. */
export function exampleSection({ contributions, weight, probability }: Explanation): Section {
  return {
    heading: 'One pair explained',
    words: `What each field adds, in bits. The pair weighs ${weight.toFixed(1)}, a probability of ${probability.toPrecision(4)}.`,
    html: waterfall(
      'Waterfall of one pair',
      contributions.map(({ part, says, bits }) => ({ label: part, says, by: bits })),
    ),
  };
}

function blockSections({ blocking }: LinkReport): Section[] {
  if (blocking.rules.length === 0) {
    return [{ heading: 'Blocks', words: 'Every pair was compared: there are few enough.', html: '' }];
  }
  const used = blocking.rules.filter((rule) => rule.used);
  const charted = [...used].sort((x, y) => y.found - x.found).slice(0, CHARTED_RULES);
  return [
    {
      heading: 'Blocks: what each rule found',
      words: `${used.length} of ${blocking.rules.length} rules were used, from the one with the fewest pairs on. Shown are those that found most pairs that no rule before them had found.`,
      html: rowChart(
        'Pairs first found by each rule',
        charted.map(({ rule, found, pairs, tooCommon }) => ({
          label: rule,
          parts: [{ value: found, kind: 'good' }],
          says: `${found.toLocaleString('en-GB')} of ${pairs.toLocaleString('en-GB')}${tooCommon > 0 ? `, ${tooCommon.toLocaleString('en-GB')} records too common` : ''}`,
        })),
      ),
    },
  ];
}

/** The model, field by field. */
export function modelSection(model: Model, hash: string): Section {
  const rows = model.comparisons.flatMap(({ field, levels, depends_on: depends }) =>
    levels.map(({ level, m, u, bits, by_value: byValue }, index): (string | number)[] => [
      index === 0 ? `${field}${depends === undefined ? '' : ` (given ${depends.field})`}` : '',
      level,
      m.toPrecision(3),
      u.toPrecision(3),
      `${bits.toFixed(1)}${byValue ? ' on average' : ''}`,
    ]),
  );
  return {
    heading: 'Model',
    words: `Learnt from the data without labels. m is how often pairs of one person agree so, u how often strangers do. Before anything is known, a pair is of one person with probability ${model.prior.toPrecision(3)}, of relatives with ${model.kin.toPrecision(3)}, and of namesakes, beyond chance, with ${model.namesakes.toPrecision(3)}. SHA-256 ${hash}.`,
    html: table(['field', 'agreement', 'm', 'u', 'bits'], rows),
  };
}

function completenessSection({ records }: LinkReport, files: readonly string[]): Section {
  const bars = records.flatMap(({ known }, side) =>
    Object.entries(known).map(([field, share]) => ({
      label: `${files[side] ?? ''} ${field}`,
      parts: [
        { value: share, kind: 'good' as const },
        { value: 1 - share, kind: 'plain' as const },
      ],
      says: percent(share),
    })),
  );
  return {
    heading: 'Completeness',
    words: 'The share of records in which each field is known.',
    html: rowChart('Known values by field', bars),
  };
}

function interval({ low, high }: Estimate): string {
  return `${percent(low)} to ${percent(high)}`;
}
