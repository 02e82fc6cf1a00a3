import { describe, expect, test } from 'vitest';
import { type Change, codes, day, REFERENCE, refusals, type Situation, table } from './support.ts';

describe('the design’s example', () => {
  test('the example pipeline may run under the example agreement', () => {
    expect(refusals()).toEqual([]);
  });
});

describe('every party has signed', () => {
  const unsigned = ['unsigned', 'signatures', 'signatures'] as const;
  const charity: Change = {
    'controllers[1]': { name: 'A Charity', role: 'joint' },
    'security[1]': { organisation: 'A Charity', kind: 'ISO27001', valid_to: '2027-01-01' },
  };
  const signed = { party: 'A Charity', name: 'C Signatory', on: '2026-11-20' };

  table([
    ['no signature at all', { agreement: { signatures: [] } }, unsigned, unsigned],
    ['the custodian has not signed', { agreement: { 'signatures[1]': undefined } }, unsigned],
    ['the applicant has not signed', { agreement: { 'signatures[0]': undefined } }, unsigned],
    ['the workspace is another custodian’s', { custodian: 'Another Custodian' }, unsigned],
    ['a second controller has not signed', { agreement: charity }, unsigned],
    ['a second controller signed today', { agreement: { ...charity, 'signatures[2]': signed } }],
    [
      'a second controller signs tomorrow',
      { agreement: { ...charity, 'signatures[2]': { ...signed, on: '2026-11-21' } } },
      unsigned,
    ],
    [
      'a processor need not sign',
      {
        agreement: {
          processors: ['A Cloud'],
          'security[1]': { organisation: 'A Cloud', kind: 'ISO27001', valid_to: '2027-01-01' },
        },
      },
    ],
    [
      'case, blanks and composed letters make no other party',
      {
        agreement: {
          'applicant.name': 'Université  of EXAMPLE',
          'controllers[0].name': 'Universite\u0301 of Example',
          'signatures[0].party': ' Université\u00a0of Example',
          'security[0].organisation': 'université of example',
        },
      },
    ],
    [
      'a letter of another script makes another party',
      { agreement: { 'signatures[0].party': 'University of \u0415xample' } },
      unsigned,
    ],
    [
      'a blank of no width makes another party',
      { agreement: { 'signatures[0].party': 'University of Exam\u200bple' } },
      unsigned,
    ],
  ]);
});

describe('the term', () => {
  table([
    [
      'the day before it starts',
      { agreement: { 'term.start': '2026-11-21' } },
      ['not-started', 'term.start', '2026-11-21'],
    ],
    ['the first day', { agreement: { 'term.start': '2026-11-20' } }],
    ['the last day', { agreement: { 'term.end': '2026-11-20' } }],
    ['the day after the last', { agreement: { 'term.end': '2026-11-19' } }, ['expired', 'term.end', '2026-11-19']],
    ['a term of one day is a term', { agreement: { term: { start: '2026-11-20', end: '2026-11-20' } } }],
  ]);
});

describe('other versions of the agreement', () => {
  const v3 = { reference: 'DARS-NIC-147750-8GS7S-v3.0' };
  const superseded = ['superseded', 'reference', REFERENCE] as const;

  table([
    ['a later version in force supersedes', { others: [v3] }, superseded],
    ['v2.10 is later than v2.2', { others: [{ reference: 'DARS-NIC-147750-8GS7S-v2.10' }] }, superseded],
    [
      'earlier versions do not',
      { others: [{ reference: 'DARS-NIC-147750-8GS7S-v2.1' }, { reference: 'DARS-NIC-147750-8GS7S-v1.9' }] },
    ],
    ['a later version of another agreement does not', { others: [{ reference: 'DARS-NIC-147750-8GS7T-v3.0' }] }],
    ['one that starts tomorrow does not', { others: [{ ...v3, 'term.start': '2026-11-21' }] }],
    ['one that starts today does', { others: [{ ...v3, 'term.start': '2026-11-20' }] }, superseded],
    ['one that ended yesterday does not', { others: [{ ...v3, 'term.end': '2026-11-19' }] }],
    ['one that ends today does', { others: [{ ...v3, 'term.end': '2026-11-20' }] }, superseded],
    ['one that is not signed by all does not', { others: [{ ...v3, 'signatures[1]': undefined }] }],
    ['one that is signed tomorrow does not', { others: [{ ...v3, 'signatures[0].on': '2026-11-21' }] }],
    ['one that grants less does', { others: [{ ...v3, 'datasets[0].fields': ['EPIKEY'] }] }, superseded],
    [
      'what a later version grants more is not granted yet',
      {
        others: [{ ...v3, 'term.start': '2026-11-21', 'datasets[0].fields': ['PROCODE3'] }],
        pipeline: { 'products[0].fields': ['PROCODE3'] },
      },
      ['field-not-granted', 'products[0].fields[0]', 'PROCODE3'],
    ],
  ]);

  test('the refusal says which version to use', () => {
    expect(refusals({ others: [v3] })[0]?.hint).toContain(v3.reference);
  });
});

describe('everything at once', () => {
  test('every reason is given in one verdict, in the order of the gate', () => {
    const situation: Situation = {
      today: '2028-02-01',
      agreement: { signatures: [], approvals: [], security: [], 'datasets[0].fields': ['EPIKEY'] },
      others: [{ reference: 'DARS-NIC-147750-8GS7S-v3.0', 'term.end': '2029-01-01' }],
      key: ['expired', 'fingerprint'],
      past: [{ release: 'r1', agreement: REFERENCE, dataset: 'hes_apc', product: 'extract', day: day('2028-01-02') }],
    };
    expect(codes(situation)).toEqual([
      'unsigned',
      'unsigned',
      'expired',
      'superseded',
      'no-iao-approval',
      'no-igard-outcome',
      'no-cag-support',
      'security-lapsed',
      'condition-not-granted',
      'field-not-granted',
      'field-not-granted',
      'field-not-granted',
      'field-not-granted',
      'condition-not-granted',
      'frequency-used-up',
      'recipient-key-expired',
      'recipient-key-fingerprint',
      'opt-outs-stale',
    ]);
  });
});
