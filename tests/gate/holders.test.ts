import { describe, expect, test } from 'vitest';
import { type Expected, type Row, refusals, table } from './support.ts';

describe('everybody who will hold the data has a security assurance in force', () => {
  const lapsed: Expected = ['security-lapsed', 'security', 'security'];
  const iso = { organisation: 'University of Example', kind: 'ISO27001', valid_to: '2026-11-20' };

  table([
    ['none at all', { agreement: { security: [] } }, lapsed],
    ['the last day of it', { agreement: { 'security[0].valid_to': '2026-11-20' } }],
    ['the day after', { agreement: { 'security[0].valid_to': '2026-11-19' } }, lapsed],
    ['of another organisation', { agreement: { 'security[0].organisation': 'University of Elsewhere' } }, lapsed],
    ['DSPT with standards exceeded', { agreement: { 'security[0].outcome': 'Standards Exceeded' } }],
    ...['Standards Not Met', 'Approaching Standards', 'not standards met', undefined].map(
      (outcome): Row => [
        `DSPT with the outcome ${outcome ?? 'left out'}`,
        { agreement: { 'security[0].outcome': outcome } },
        lapsed,
      ],
    ),
    ['a certificate has no outcome', { agreement: { security: [iso] } }],
    ['one of several is enough', { agreement: { 'security[0].valid_to': '2026-01-01', 'security[1]': iso } }],
    ['a processor without one', { agreement: { processors: ['A Cloud'] } }, lapsed],
    [
      'two processors without one',
      { agreement: { processors: ['A Cloud', { name: 'B Cloud', ods: 'Z9X02' }] } },
      lapsed,
      lapsed,
    ],
    ['a processor named twice is named once', { agreement: { processors: ['A Cloud', 'a  cloud'] } }, lapsed],
  ]);

  test('the refusal says whose it is', () => {
    expect(refusals({ agreement: { processors: ['A Cloud'] } })[0]?.message).toMatch(/^A Cloud has no/);
  });
});

describe('the recipient’s key can be used today', () => {
  const defect = (code: string): Expected => [`recipient-key-${code}`, 'recipient.key', 'key'];

  table([
    ...(['absent', 'expired', 'revoked', 'cannot-encrypt', 'private'] as const).map(
      (code): Row => [`a key that is ${code}`, { key: [code] }, defect(code)],
    ),
    [
      'a key of another fingerprint',
      { key: ['fingerprint'] },
      ['recipient-key-fingerprint', 'recipient.openpgp_fingerprint', 'openpgp_fingerprint'],
    ],
    ['every defect is named', { key: ['revoked', 'expired'] }, defect('revoked'), defect('expired')],
  ]);
});
