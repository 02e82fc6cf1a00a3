import { describe } from 'vitest';
import { type Change, type Expected, type Row, TERMS, table } from './support.ts';

/** The example's agreement with other approvals; where a test is about one body, the others stay as they are. */
const IAO = { body: 'IAO', dataset: 'hes_apc', outcome: 'approved', on: '2024-11-01' };
const IGARD = { body: 'IGARD', outcome: 'recommended', on: '2024-11-14' };
const CAG = { body: 'CAG', reference: '20/CAG/0001', outcome: 'supported', review_by: '2027-01-01' };

function approvals(...list: readonly object[]): { readonly agreement: Change } {
  return { agreement: { approvals: list } };
}

describe('the owner of each dataset approved it', () => {
  const none: Expected = ['no-iao-approval', 'approvals', 'approvals'];
  const at = (index: number): Expected => ['no-iao-approval', `approvals[${index}]`, 'IAO'];

  table([
    ['no approval', approvals(IGARD, CAG), none],
    ['only for another dataset', approvals({ ...IAO, dataset: 'hes_op' }, IGARD, CAG), none],
    ['for no dataset in particular', approvals({ body: 'IAO', outcome: 'approved' }, IGARD, CAG), none],
    ['given today', approvals({ ...IAO, on: '2026-11-20' }, IGARD, CAG)],
    ['given tomorrow', approvals({ ...IAO, on: '2026-11-21' }, IGARD, CAG), none],
    ['refused', approvals({ ...IAO, outcome: 'not approved' }, IGARD, CAG), at(0)],
    ['withdrawn later', approvals(IAO, { ...IAO, outcome: 'withdrawn', on: '2025-01-01' }, IGARD, CAG), at(1)],
    ['withdrawn on the same day, below', approvals(IAO, { ...IAO, outcome: 'withdrawn' }, IGARD, CAG), at(1)],
    [
      'withdrawn before, approved since',
      approvals({ ...IAO, outcome: 'withdrawn', on: '2024-10-01' }, IAO, IGARD, CAG),
    ],
    ['reviewed by today', approvals({ ...IAO, review_by: '2026-11-20' }, IGARD, CAG)],
    ['its review has passed', approvals({ ...IAO, review_by: '2026-11-19' }, IGARD, CAG), at(0)],
    [
      'a condition is open',
      approvals({ ...IAO, conditions: ['A privacy notice'] }, IGARD, CAG),
      ['conditions-open', 'approvals[0].conditions[0]', 'A privacy notice'],
    ],
    [
      'it says conditions and lists none',
      approvals({ ...IAO, outcome: 'Approved, subject to conditions' }, IGARD, CAG),
      ['conditions-open', 'approvals[0].outcome', 'subject to'],
    ],
    [
      'PDS as an extract of its own needs its owner too',
      {
        agreement: { 'datasets[1]': { dataset: 'pds', ...TERMS, fields: ['gender'] } },
        pipeline: {
          cohort: undefined,
          'products[0]': { name: 'p', product: 'extract', dataset: 'pds', fields: ['gender'] },
        },
      },
      none,
    ],
    [
      'a dataset that only chooses the cohort needs its owner as well',
      {
        agreement: {
          'datasets[2]': {
            dataset: 'hes_op',
            ...TERMS,
            period: { from: '2020-01-01', to: '2021-12-31' },
            fields: ['ATTENDKEY'],
          },
        },
        pipeline: { cohort: { dataset: 'hes_op' } },
      },
      none,
    ],
  ]);
});

describe('the advisory group’s outcome allows a release', () => {
  const none: Expected = ['no-igard-outcome', 'approvals', 'approvals'];
  const at = (index: number): Expected => ['no-igard-outcome', `approvals[${index}].outcome`, 'outcome'];
  const allowed = [
    'recommended',
    'Recommend',
    'Recommended for approval',
    'recommendation to approve',
    'recommend_for_reduced_term',
    'Recommended for one year',
    'recommended without conditions',
  ];
  const refused = [
    'not recommended',
    'unable to recommend',
    'unable_to_recommend',
    'deferred',
    'defer',
    'withdrawn',
    'supportive_in_principle',
    'recommended for rejection',
    'recommended that the application be refused',
    'recommend deferral',
    'recommended to another committee',
  ];

  table([
    ['no outcome', approvals(IAO, CAG), none],
    ...allowed.map((outcome): Row => [`“${outcome}” allows`, approvals(IAO, { ...IGARD, outcome }, CAG)]),
    ...refused.map((outcome): Row => [`“${outcome}” does not`, approvals(IAO, { ...IGARD, outcome }, CAG), at(1)]),
    ['AGD, its successor, counts as well', approvals(IAO, { ...IGARD, body: 'AGD' }, CAG)],
    ['an outcome of today counts', approvals(IAO, { ...IGARD, on: '2026-11-20' }, CAG)],
    ['one of tomorrow does not', approvals(IAO, { ...IGARD, on: '2026-11-21' }, CAG), none],
    ['the latest counts', approvals(IAO, { ...IGARD, outcome: 'deferred', on: '2025-02-01' }, IGARD, CAG), at(1)],
    [
      'a deferral before the recommendation is past',
      approvals(IAO, { ...IGARD, outcome: 'deferred', on: '2024-10-01' }, IGARD, CAG),
    ],
  ]);
});

describe('its conditions are met', () => {
  const conditional = { ...IGARD, outcome: 'recommend_subject_to_conditions' };
  const met = { text: 'Publish the privacy notice', met_on: '2026-11-20' };

  table([
    [
      'conditions that are all met',
      approvals(IAO, { ...conditional, conditions: [met, { ...met, met_on: '2025-01-01' }] }, CAG),
    ],
    [
      'one that is met tomorrow is open',
      approvals(IAO, { ...conditional, conditions: [met, { ...met, met_on: '2026-11-21' }] }, CAG),
      ['conditions-open', 'approvals[1].conditions[1]', 'Publish'],
    ],
    [
      'each open one is named',
      approvals(IAO, { ...conditional, conditions: ['One', met, { text: 'Three', due: '2027-01-01' }] }, CAG),
      ['conditions-open', 'approvals[1].conditions[0]', 'One'],
      ['conditions-open', 'approvals[1].conditions[2]', 'Three'],
    ],
    [
      'conditions that nobody listed',
      approvals(IAO, conditional, CAG),
      ['conditions-open', 'approvals[1].outcome', 'conditions'],
    ],
    [
      'caveats are conditions',
      approvals(IAO, { ...IGARD, outcome: 'recommended for approval subject to caveats' }, CAG),
      ['conditions-open', 'approvals[1].outcome', 'caveats'],
    ],
    [
      'an open condition counts though the outcome does not speak of it',
      approvals(IAO, { ...IGARD, conditions: ['One'] }, CAG),
      ['conditions-open', 'approvals[1].conditions[0]', 'One'],
    ],
  ]);
});

describe('confidential data under section 251 have CAG’s support', () => {
  const none: Expected = ['no-cag-support', 'datasets[0].common_law_duty', 'section-251'];

  table([
    ['no support', approvals(IAO, IGARD), none],
    [
      'no support is needed with consent',
      { agreement: { 'approvals[2]': undefined, 'datasets[0].common_law_duty': 'consent' } },
    ],
    ['the day of its review', approvals(IAO, IGARD, { ...CAG, review_by: '2026-11-20' })],
    ['the day after its review', approvals(IAO, IGARD, { ...CAG, review_by: '2026-11-19' }), none],
    ['support without a review date', approvals(IAO, IGARD, { ...CAG, review_by: undefined }), none],
    ['support without a reference', approvals(IAO, IGARD, { ...CAG, reference: undefined }), none],
    ['support from today', approvals(IAO, IGARD, { ...CAG, on: '2026-11-20' })],
    ['support from tomorrow', approvals(IAO, IGARD, { ...CAG, on: '2026-11-21' }), none],
    ['fully supported', approvals(IAO, IGARD, { ...CAG, outcome: 'Fully Supported' })],
    ...['not supported', 'provisionally supported', 'deferred', 'withdrawn', 'supported in principle'].map(
      (outcome): Row => [`“${outcome}” is no support`, approvals(IAO, IGARD, { ...CAG, outcome }), none],
    ),
    ['a condition of support is open', approvals(IAO, IGARD, { ...CAG, conditions: ['Opt-outs are respected'] }), none],
    [
      'conditions of support that nobody listed',
      approvals(IAO, IGARD, { ...CAG, outcome: 'conditionally supported' }),
      none,
    ],
    [
      'conditional support whose conditions are met',
      approvals(IAO, IGARD, {
        ...CAG,
        outcome: 'conditionally supported',
        conditions: [{ text: 'One', met_on: '2025-01-01' }],
      }),
    ],
    [
      'support that a later decision ended',
      approvals(IAO, IGARD, CAG, { ...CAG, outcome: 'withdrawn', on: '2026-01-01' }),
      none,
    ],
    [
      'support that a later decision without a reference ended',
      approvals(IAO, IGARD, CAG, { body: 'CAG', outcome: 'withdrawn', on: '2026-01-01' }),
      none,
    ],
    [
      'another reference’s refusal does not end it',
      approvals(IAO, IGARD, CAG, { ...CAG, reference: '21/CAG/0002', outcome: 'not supported', on: '2026-01-01' }),
    ],
    ['support for another dataset', approvals(IAO, IGARD, { ...CAG, dataset: 'hes_op' }), none],
    ['support for this dataset', approvals(IAO, IGARD, { ...CAG, dataset: 'hes_apc' })],
    [
      'demographics under section 251 that are joined on need it as well',
      {
        agreement: {
          'approvals[2].dataset': 'hes_apc',
          'datasets[1].common_law_duty': 'section-251',
        },
      },
      ['no-cag-support', 'datasets[1].common_law_duty', 'section-251'],
    ],
    [
      'demographics that this pipeline does not ask for do not',
      {
        agreement: { 'approvals[2].dataset': 'hes_apc', 'datasets[1].common_law_duty': 'section-251' },
        pipeline: { 'products[0].fields': ['EPIKEY'] },
      },
    ],
  ]);
});
