import type { DisclosureRules } from '../../agreement/disclosure-rules.ts';
import type { Certificate } from './certificate.ts';
import { CONFIDENTIAL, SMALL } from './printed.ts';
import type { ReleasedTables } from './released-tables.ts';

/** What stands beside tables: whose they are, and what was done to them. */
export interface TablesContext {
  readonly custodian: string;
  readonly agreement: string;
  readonly period: { readonly from: string; readonly to: string } | undefined;
  /** How opt-outs were treated, as the register words it. */
  readonly optOuts: string;
  readonly certificate: Certificate;
}

export interface Note {
  readonly heading: string;
  readonly text: readonly string[];
}

/** Notes for readers: what is counted and how, what the symbols mean, what was withheld, what was made sure of. */
export function notesOf(released: ReleasedTables, context: TablesContext): Note[] {
  const { rules, source } = released;
  const { certificate, custodian, period, optOuts, agreement } = context;
  const measures = new Set(released.tables.flatMap((table) => table.measures.map(({ kind }) => kind)));
  const has = (symbol: string): boolean =>
    released.tables.some(({ lines }) => lines.some(({ values }) => values.includes(symbol)));
  const span = period === undefined ? '' : ` from ${period.from} to ${period.to}`;
  const withheldHere = released.tables.map(({ title, lines }) => {
    const [small, confidential] = [SMALL, CONFIDENTIAL].map(
      (symbol) => lines.filter(({ values }) => values.includes(symbol)).length,
    );
    return `${title}: ${small} of ${lines.length} lines hold ${SMALL}, ${confidential} hold ${CONFIDENTIAL}.`;
  });
  return [
    {
      heading: 'What is counted',
      text: [
        `${source}${span}, held by ${custodian}; made under agreement ${agreement}.`,
        'A person is counted once in each line, however many records they have; records are counted each. Somebody may be counted in several lines, so lines of people need not add up to their total.',
        `National data opt-outs: ${optOuts}.`,
      ],
    },
    { heading: 'Method', text: methodOf(rules, measures) },
    {
      heading: 'Symbols',
      text: [
        '0: nobody, or nothing.',
        ...(has(SMALL) ? [`${SMALL}: 1 to ${rules.threshold}, or a figure based on so few.`] : []),
        ...(has(CONFIDENTIAL)
          ? [
              `${CONFIDENTIAL}: withheld${rules.method === 'suppress' ? ': small, or with it a small count elsewhere could be worked out' : ', because with it a small count elsewhere could be worked out'}.`,
            ]
          : []),
        'An empty figure has nothing to be computed from.',
      ],
    },
    { heading: 'What was withheld', text: withheldHere },
    {
      heading: 'What was made sure of',
      text: [
        `Before these tables left, an auditor that sees only what is printed tried to work small counts out from all tables together${certificate.earlier_releases === 0 ? '' : `, and from ${certificate.earlier_releases} earlier release${certificate.earlier_releases === 1 ? '' : 's'} of the same data`}: ${certificate.audited} counts, ${certificate.relations} relations between them, solved exactly (${certificate.solver}). None${certificate.earlier_releases === 0 ? '' : ' that earlier releases alone do not give away'} could be narrowed down to fewer than ${certificate.required_width + 1} values.`,
      ],
    },
  ];
}

function methodOf(
  { method, threshold, base, ratesFrom, national }: DisclosureRules,
  measures: ReadonlySet<string>,
): string[] {
  const counts = {
    round: [
      `Counts of 1 to ${threshold} are shown as ${SMALL}; other counts are rounded to the nearest ${base}. Totals are rounded on their own, so lines may not add up to them.`,
    ],
    suppress: [
      `Counts of 1 to ${threshold} are withheld, and others with which they could be worked out; all else is shown as it is.`,
    ],
    midpoint: [
      `Each count is shown as the middle of the range of ${base} in which it lies: ${base - Math.floor(base / 2)} stands for 1 to ${base}, and so on. Lines may not add up to totals.`,
    ],
  }[method];
  return [
    ...counts,
    ...(measures.has('percentage')
      ? [
          `Percentages are computed from the counts as shown${method === 'round' ? ', without decimals where the whole is under 4,000' : ''}.`,
        ]
      : []),
    ...(measures.has('rate')
      ? [`Rates are computed from the counts as shown, and withheld on fewer than ${ratesFrom}.`]
      : []),
    ...(measures.has('mean') || measures.has('median')
      ? [
          `Means and medians are of true values, and shown where they are of more than ${threshold} people${measures.has('sum') ? '; a mean beside a sum only where the two tell no more of a count than is shown' : ''}.`,
        ]
      : []),
    ...(measures.has('sum')
      ? [
          'Sums are withheld where few people, or one above all, make them up, and where others could be worked out from them.',
        ]
      : []),
    ...(national.length > 0 ? ['National figures are shown as they are, where the agreement allows it.'] : []),
  ];
}
