import { describe, expect, test } from 'vitest';
import { type Change, granted, refusals, table } from './support.ts';

const OP = { dataset: 'hes_op', fields: ['ATTENDKEY'] };
const APC = { dataset: 'hes_apc', fields: ['EPIKEY'] };

function linked(more: Readonly<Record<string, unknown>> = {}): Change {
  return { 'products[0]': { name: 'both', product: 'linked', datasets: [APC, OP], ...more } };
}

describe('only granted datasets, as granted products', () => {
  table([
    [
      'a dataset that the agreement does not name',
      { pipeline: { 'products[0]': { name: 'op', product: 'extract', ...OP } } },
      ['dataset-not-granted', 'products[0].dataset', 'hes_op'],
    ],
    [
      'PDS, which is granted only to be joined',
      { pipeline: { 'products[0]': { name: 'p', product: 'extract', dataset: 'pds', fields: ['gender'] } } },
      ['no-iao-approval', 'approvals', 'approvals'],
      ['product-not-granted', 'products[0].product', 'extract'],
      ['identifiability-not-granted', 'products[0].identifiability', 'name: p'],
    ],
    [
      'an extract where only linked is granted',
      { agreement: { 'datasets[0].products': ['linked'] } },
      ['product-not-granted', 'products[0].product', 'extract'],
    ],
    [
      'a linked product with a dataset that is granted, but not as linked',
      { agreement: granted('hes_op', { products: ['extract'], fields: ['ATTENDKEY'] }), pipeline: linked() },
      ['product-not-granted', 'products[0].product', 'linked'],
    ],
    [
      'a linked product with a dataset that is not granted at all',
      { pipeline: linked() },
      ['dataset-not-granted', 'products[0].datasets[1].dataset', 'hes_op'],
    ],
    [
      'a linked product of what is granted as linked',
      { agreement: granted('hes_op', { fields: ['ATTENDKEY'] }), pipeline: linked() },
    ],
  ]);

  test('the refusal names the clause that grants other products', () => {
    const [refusal] = refusals({ agreement: { 'datasets[0].products': ['linked', 'tabulation'] } });
    expect(refusal?.hint).toMatch(/^agreements\/dsa\.yaml:\d+ datasets\[0\] products grants linked, tabulation$/);
  });
});

describe('no more identifiability than is granted', () => {
  const refused = ['identifiability-not-granted', 'products[0].identifiability', /identifiability|name: apc/] as const;
  const identifiable: Change = {
    'datasets[0].identifiability': 'identifiable',
    'datasets[0].fields': ['NEWNHSNO', 'EPIKEY', 'DIAG_4_01', 'SEX'],
  };

  table([
    [
      'identifiable data under a pseudonymised grant',
      { pipeline: { 'products[0].identifiability': 'identifiable' } },
      refused,
    ],
    [
      'rows of people under an aggregated grant',
      { agreement: { 'datasets[0].identifiability': 'aggregated' }, pipeline: { cohort: undefined } },
      refused,
    ],
    [
      'pseudonymised rows asked for under an aggregated grant',
      {
        agreement: { 'datasets[0].identifiability': 'aggregated' },
        pipeline: { cohort: undefined, 'products[0].identifiability': 'pseudonymised' },
      },
      refused,
    ],
    [
      'an extract said to be aggregated under a grant of rows',
      { pipeline: { 'products[0].identifiability': 'aggregated' } },
      refused,
    ],
    [
      'less than is granted may be asked for',
      {
        agreement: identifiable,
        pipeline: { 'products[0].identifiability': 'pseudonymised', 'products[0].fields': ['EPIKEY', 'SEX'] },
      },
    ],
    [
      'what is granted is the default',
      { agreement: identifiable, pipeline: { 'products[0].fields': ['NEWNHSNO', 'SEX'] } },
    ],
  ]);
});

describe('a linked product has one person key', () => {
  const mixed: Change = {
    ...granted('hes_op', { fields: ['ATTENDKEY'] }),
    'datasets[0].identifiability': 'identifiable',
  };

  table([
    [
      'datasets of different identifiability, and nothing said',
      { agreement: mixed, pipeline: linked() },
      ['identifiability-mixed', 'products[0]', 'name: both'],
    ],
    [
      'said to be what only one of them grants',
      { agreement: mixed, pipeline: linked({ identifiability: 'identifiable' }) },
      ['identifiability-not-granted', 'products[0].identifiability', 'identifiable'],
    ],
    [
      'said to be what both of them grant',
      { agreement: mixed, pipeline: linked({ identifiability: 'pseudonymised' }) },
    ],
  ]);
});
