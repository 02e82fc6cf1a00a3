import { describe } from 'vitest';
import { type Change, type Row, table } from './support.ts';

const agreement: Change = {
  'datasets[0].products': ['tabulation'],
  'datasets[0].identifiability': 'aggregated',
  'datasets[0].fields': ['NEWNHSNO', 'SEX', 'DIAG_4_01', 'EPIDUR'],
};

/** Tables of people by sex, with these changes to the product. */
function tables(changes: Readonly<Record<string, unknown>>): Readonly<Record<'agreement' | 'pipeline', Change>> {
  const product = {
    ...{ name: 'tables', product: 'tabulation', dataset: 'hes_apc' },
    dimensions: [{ name: 'sex', from: 'SEX' }],
    tables: [{ name: 'by-sex', by: ['sex'] }],
    ...changes,
  };
  return { agreement, pipeline: { cohort: undefined, 'products[0]': product } };
}

const by = (name: string, dimension: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  dimensions: [{ name, ...dimension }],
  tables: [{ name: 'counts', by: [name] }],
});

describe('a tabulation counts by what is granted, sums what is granted, and is as strict as is granted', () => {
  const rows: Row[] = [
    ['by a granted column', tables({})],
    ['by a coarser form of one', tables(by('chapter', { from: 'DIAG_4_01', as: 'chapter' }))],
    [
      'by a column that is not granted',
      tables(by('place', { from: 'LSOA11' })),
      ['field-not-granted', 'products[0].dimensions[0].from', 'LSOA11'],
    ],
    [
      'a mean of a column that is granted',
      tables({ measures: ['people', { name: 'days', mean: 'EPIDUR' }], tables: [{ name: 'by-sex', by: ['sex'] }] }),
    ],
    ...(['sum', 'mean', 'median'] as const).map(
      (kind): Row => [
        `a ${kind} of a column that is not granted`,
        tables({ measures: ['people', { name: 'order', [kind]: 'EPIORDER' }] }),
        ['field-not-granted', 'products[0].measures[1]', 'order'],
      ],
    ),
    [
      'by what names a person, though it is granted',
      tables(by('person', { from: 'NEWNHSNO' })),
      ['counted-by-identifier', 'products[0].dimensions[0].from', 'NEWNHSNO'],
    ],
    [
      'with a lower threshold than the agreement’s',
      tables({ disclosure: { threshold: 3 } }),
      ['rules-not-granted', 'products[0].disclosure.threshold', 'threshold'],
    ],
    ['with a higher one', tables({ disclosure: { threshold: 12 } })],
  ];
  table(rows);
});
