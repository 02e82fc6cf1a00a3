import { describe, expect, test } from 'vitest';
import { day, type Expected, granted, type Row, refusals, table } from './support.ts';

const exempt = { 'datasets[0].opt_outs': { exempt: 'consent', because: 'Every participant agreed' } };

describe('the opt-out list is there, whole and fresh', () => {
  const refused = (code: string): Expected => [`opt-outs-${code}`, 'sources.opt_outs', 'dars.yaml:12'];

  table([
    ...(['missing', 'empty', 'malformed', 'answer', 'undated', 'not-ready'] as const).map(
      (code): Row => [
        `a list that is ${code}`,
        { optOuts: { defect: { code, message: 'the list is not one to rely on' } } },
        refused(code),
      ],
    ),
    ['as old as it may be', { optOuts: { asAt: day('2026-10-30') } }],
    ['a day too old', { optOuts: { asAt: day('2026-10-29') } }, refused('stale')],
    ['of today, where none may be older', { optOuts: { asAt: day('2026-11-20'), maxAgeDays: 1 } }],
    [
      'of the day before yesterday, where a day is allowed',
      { optOuts: { asAt: day('2026-11-18'), maxAgeDays: 1 } },
      refused('stale'),
    ],
    [
      'fresh across a change of clocks',
      { today: '2026-04-05', optOuts: { asAt: day('2026-03-15') }, agreement: { 'term.start': '2025-01-01' } },
    ],
    [
      'stale across a change of clocks',
      { today: '2026-04-05', optOuts: { asAt: day('2026-03-14') } },
      refused('stale'),
    ],
    ['of tomorrow', { optOuts: { asAt: day('2026-11-21') } }, refused('undated')],
    ['of no day', { optOuts: { asAt: undefined } }, refused('undated')],
  ]);

  test('the age is said in days', () => {
    expect(refusals({ optOuts: { asAt: day('2026-10-29') } })[0]?.message).toMatch(/22 days old; 21 are allowed/);
  });
});

describe('every product that tells of people, or counts them, waits for a list that is fresh', () => {
  const datasets = [{ dataset: 'hes_apc', fields: ['EPIKEY'] }];
  const counted = { dimensions: [{ name: 'sex', from: 'SEX' }], tables: [{ name: 'by-sex', by: ['sex'] }] };
  const cohort = 'cohort/NIC-147750_members.csv';
  test.each([
    { product: 'extract', dataset: 'hes_apc', fields: ['EPIKEY'] },
    { product: 'linked', datasets },
    { product: 'tabulation', dataset: 'hes_apc', ...counted },
    { product: 'bespoke-linkage', cohort, datasets },
    { product: 'tracking', cohort, reports: [{ report: 'registrations', dataset: 'hes_apc', fields: ['EPIKEY'] }] },
  ])('$product', (product) => {
    const pipeline = { cohort: undefined, 'products[0]': { name: 'it', ...product } };
    const codes = refusals({ pipeline, optOuts: { asAt: day('2026-10-29') } }).map(({ code }) => code);
    expect(codes).toContain('opt-outs-stale');
  });
});

describe('an exemption in the agreement', () => {
  const bad = { defect: { code: 'missing', message: 'dars.yaml names no opt-out list' } } as const;
  const alone = { cohort: undefined };

  table([
    ['no list is needed where every dataset used is exempt', { agreement: exempt, pipeline: alone, optOuts: bad }],
    [
      'a list is needed where one dataset is not exempt',
      {
        agreement: {
          ...exempt,
          ...granted('hes_op', { fields: ['ATTENDKEY'] }),
        },
        pipeline: {
          ...alone,
          'products[1]': { name: 'op', product: 'extract', dataset: 'hes_op', fields: ['ATTENDKEY'] },
        },
        optOuts: bad,
      },
      ['opt-outs-missing', 'sources.opt_outs', 'dars.yaml:12'],
    ],
    [
      'an exemption of PDS alone exempts no other dataset',
      { agreement: { 'datasets[1].opt_outs': exempt['datasets[0].opt_outs'] }, optOuts: bad },
      ['opt-outs-missing', 'sources.opt_outs', 'dars.yaml:12'],
    ],
  ]);
});
