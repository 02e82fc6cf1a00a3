import { describe, expect, test } from 'vitest';
import type { PastUse } from '../../src/gate/frequency.ts';
import { day, type Expected, REFERENCE, type Row, refusals, type Situation, table } from './support.ts';

const used: Expected = ['frequency-used-up', 'products[0].dataset', 'hes_apc'];

function since(date: string, other: Partial<PastUse> = {}): Situation {
  return {
    past: [{ release: 'r1', agreement: REFERENCE, dataset: 'hes_apc', product: 'extract', day: day(date), ...other }],
  };
}

/** A release on `date` under a frequency, seen from `today`, in an agreement whose term and list fit. */
function under(frequency: string, date: string, today: string): Situation {
  return {
    ...since(date),
    today,
    optOuts: { asAt: day(today) },
    agreement: {
      'datasets[0].frequency': frequency,
      'security[0].valid_to': '2027-12-31',
      'approvals[2].review_by': '2027-12-31',
    },
  };
}

describe('how often a product of a dataset may go out', () => {
  const rows: readonly (readonly [frequency: string, last: string, today: string, mayGo: boolean])[] = [
    ['one-off', '2025-01-01', '2027-12-31', false],
    ['one-off', '2026-11-20', '2026-11-20', false],
    ['annual', '2026-01-01', '2026-12-31', false],
    ['annual', '2026-12-31', '2027-01-01', true],
    ['quarterly', '2026-07-01', '2026-09-30', false],
    ['quarterly', '2026-09-30', '2026-10-01', true],
    ['quarterly', '2025-10-01', '2026-10-01', true],
    ['quarterly', '2026-10-01', '2026-12-31', false],
    ['quarterly', '2026-12-31', '2027-01-01', true],
    ['monthly', '2026-02-01', '2026-02-28', false],
    ['monthly', '2026-02-28', '2026-03-01', true],
    ['monthly', '2025-11-20', '2026-11-20', true],
  ];
  table(
    rows.map(([frequency, last, today, mayGo]): Row => {
      const title = `${frequency}: after ${last}, ${today} is ${mayGo ? 'free' : 'used up'}`;
      return mayGo ? [title, under(frequency, last, today)] : [title, under(frequency, last, today), used];
    }),
  );
});

describe('what counts as the same use', () => {
  table([
    ['the same product of the same dataset', since('2026-11-01'), used],
    ['another product of it does not', since('2026-11-01', { product: 'linked' })],
    ['another dataset does not', since('2026-11-01', { dataset: 'hes_op' })],
    ['another version of the agreement does not', since('2026-11-01', { agreement: 'DARS-NIC-147750-8GS7S-v2.1' })],
    [
      'a linked product uses each of its datasets',
      {
        ...since('2026-11-01', { product: 'linked' }),
        pipeline: {
          'products[0]': { name: 'both', product: 'linked', datasets: [{ dataset: 'hes_apc', fields: ['EPIKEY'] }] },
        },
      },
      ['frequency-used-up', 'products[0].datasets[0].dataset', 'hes_apc'],
    ],
    [
      'each product that is used up is named',
      {
        ...since('2026-11-01'),
        pipeline: { 'products[1]': { name: 'two', product: 'extract', dataset: 'hes_apc', fields: ['EPIKEY'] } },
      },
      used,
      ['frequency-used-up', 'products[1].dataset', 'hes_apc'],
    ],
  ]);

  test('the refusal names the release and says how to replace it', () => {
    const [refusal] = refusals(since('2026-11-01'));
    expect(refusal?.message).toContain('release r1');
    expect(refusal?.hint).toContain('--replaces');
  });
});
