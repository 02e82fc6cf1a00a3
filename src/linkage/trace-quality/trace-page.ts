import { modelSection } from '../report/link-page.ts';
import { page, percent, type Section, table } from '../report/report-page.ts';
import { columnChart, rowChart, waterfall } from '../report/svg-charts.ts';
import type { Estimate } from './estimates.ts';
import type { PublishedCount } from './published-count.ts';
import type { TraceReport } from './trace-report.ts';

/** The report of a trace as a page that a person can read and keep. */
export function tracePage(report: TraceReport): string {
  const { counts, rule } = report;
  const lead = `${report.cohort.file}: ${said(counts.linked)} of ${said(counts.participants)} participants were found in PDS. Links by likeness want a probability of ${rule.probability} and to outweigh the second candidate by ${rule.gap_bits} bits. Counts of 1 to 7 are shown as *, all others rounded to the nearest 5.`;
  return page('Quality of a trace', lead, [
    estimatesSection(report),
    {
      heading: 'How participants were found',
      words: 'The first rank whose rule was met. Ranks 1 to 3 rest on an NHS number that other facts confirm.',
      html:
        table(
          ['rank', 'step', 'participants'],
          counts.steps.map((each) => [each.rank, each.step, each.participants]),
        ) +
        table(
          ['code', 'which means', 'participants'],
          counts.codes.map((each) => [each.code, each.means, each.participants]),
        ),
    },
    {
      heading: 'Best candidates by weight',
      words:
        'Of those whom no number found. Each column is two bits wide; heights are square roots. Green ones were linked; hidden counts are not drawn.',
      html: columnChart(
        'Best candidates by weight',
        report.weights.map(({ from, linked, others }) => ({
          label: String(from),
          parts: [
            { value: drawn(linked), kind: 'good' },
            { value: drawn(others), kind: 'plain' },
          ],
          says: `${said(linked)} linked, ${said(others)} not`,
        })),
      ),
    },
    ...report.subgroups.map(
      ({ by, groups }): Section => ({
        heading: `Linked by ${by === 'age' ? 'decade of birth' : by}`,
        words:
          'The share of each group that was found. A group that is found less often than others is less in the data than it should be. No bar where so few are linked, or are not, that it would tell who.',
        html: rowChart(
          `Share linked by ${by}`,
          groups.map(({ group, participants, linked }) => ({
            label: `${group} (${said(participants)})`,
            parts: [
              { value: linked?.value ?? 0, kind: 'good' },
              { value: linked === undefined ? 0 : 1 - linked.value, kind: 'plain' },
            ],
            says: linked === undefined ? 'not shown' : `${percent(linked.value)} (${interval(linked)})`,
          })),
        ),
      }),
    ),
    {
      heading: 'Candidates: what each rule found',
      words: 'Pairs of a participant and a PDS record that no rule before had found, of all that the rule found.',
      html: rowChart(
        'Pairs first found by each rule',
        report.blocks.map(({ rule: label, first, pairs, too_common: common }) => ({
          label,
          parts: [{ value: drawn(first), kind: 'good' }],
          says: `${said(first)} of ${said(pairs)}${common === 0 ? '' : `, ${said(common)} participants too common`}`,
        })),
      ),
    },
    {
      heading: 'Completeness',
      words: 'The share of participants of whom each is known.',
      html: rowChart(
        'Known values',
        Object.entries(report.completeness).map(([field, share]) => ({
          label: field,
          parts: [
            { value: share, kind: 'good' },
            { value: 1 - share, kind: 'plain' },
          ],
          says: percent(share),
        })),
      ),
    },
    ...(report.typical.length === 0
      ? []
      : [
          {
            heading: 'The most frequent kind of link by likeness',
            words:
              'What each field adds, in bits; where the value counts, what an average one is worth. Of no person in particular.',
            html: waterfall(
              'Waterfall of the most frequent kind of link',
              report.typical.map(({ field, level, bits }) => ({ label: field, says: level, by: bits })),
            ),
          },
        ]),
    modelSection(report.model, report.model_sha256),
  ]);
}

function estimatesSection({ estimates, probe, by_the_model: model }: TraceReport): Section {
  const words = `Participants of a known person were traced again with their number withheld: ${said(probe.right)} of ${said(probe.held_out)} were linked to their record and ${said(probe.wrong)} to another; of ${said(probe.decoys)} whose record was taken away, ${said(probe.decoys_linked)} were linked to somebody. Those found by number count as right.`;
  const rows: [string, string, string][] =
    estimates === undefined
      ? [['precision and recall', 'too few were found by number to tell', '']]
      : [
          ['precision', percent2(estimates.precision.value), interval(estimates.precision)],
          [
            'precision of links by likeness',
            percent2(estimates.precisionOfProbabilistic.value),
            interval(estimates.precisionOfProbabilistic),
          ],
          ['recall', percent2(estimates.recall.value), interval(estimates.recall)],
          ['of those whom no number found, known to PDS', percent(estimates.residueInPds), ''],
        ];
  if (model !== undefined) {
    rows.push(['by the model: precision of links by likeness', percent2(model.precision), '']);
    rows.push(['by the model: recall among those likely', percent2(model.recall), '']);
  }
  return { heading: 'How good it is thought to be', words, html: table(['', 'estimate', '95 % interval'], rows) };
}

function interval({ low, high }: Estimate): string {
  return `${percent2(low)} to ${percent2(high)}`;
}

function percent2(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function said(count: PublishedCount): string {
  return count === '*' ? '*' : count.toLocaleString('en-GB');
}

function drawn(count: PublishedCount): number {
  return count === '*' ? 0 : count;
}
