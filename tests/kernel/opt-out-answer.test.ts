import { describe, expect, test } from 'vitest';
import { optOutAnswer, optOutDuty, saysApplied } from '../../src/kernel/opt-out-answer.ts';

const SECTION_251 = { identifiability: 'identifiable', commonLawDuty: 'section-251', legalBasis: 'x' };
const ANONYMISED = { identifiability: 'pseudonymised', commonLawDuty: 'section-251', legalBasis: 'x' };

describe('whether policy requires that opt-outs are applied', () => {
  test.each([
    ['identifiable with support under section 251, in our words', SECTION_251, true],
    [
      'identifiable with support under section 251, in the register’s words',
      { identifiability: 'Identifiable', commonLawDuty: 'Section 251 NHS Act 2006', legalBasis: '' },
      true,
    ],
    [
      'identifiable, the support told by the legal basis alone',
      { identifiability: 'Identifiable', commonLawDuty: '', legalBasis: 'Health and Social Care Act 2012 – s261(7)' },
      true,
    ],
    [
      'a mixture with consent: the part under section 251 decides',
      {
        identifiability: 'Identifiable',
        commonLawDuty:
          'Mixture of confidential data flow(s) with consent and flow(s) with support under section 251 NHS Act 2006',
        legalBasis: '',
      },
      true,
    ],
    ['not identifiable', ANONYMISED, false],
    ['counted', { ...ANONYMISED, identifiability: 'aggregated' }, false],
    ['with consent', { ...SECTION_251, commonLawDuty: 'consent' }, false],
    ['statutory', { ...SECTION_251, commonLawDuty: 'statutory' }, false],
    ['of no confidential information', { ...SECTION_251, commonLawDuty: 'none' }, false],
  ])('%s', (_, flow, required) => {
    expect(optOutDuty(flow).required).toBe(required);
  });

  test('the reason is the one that the register gives', () => {
    const reason = (commonLawDuty: string): string => optOutDuty({ ...SECTION_251, commonLawDuty }).reason;
    expect(reason('consent')).toBe('consent provided by participants of research study');
    expect(reason('statutory')).toBe('Statutory exemption to flow confidential data without consent');
    expect(reason('Statutory exemption to flow confidential data without consent')).toBe(reason('statutory'));
    expect(optOutDuty(ANONYMISED).reason).toBe('data flow is not identifiable');
  });
});

describe('what the register says of a file', () => {
  test('applied where policy requires it', () => {
    expect(optOutAnswer(SECTION_251, { apply: true })).toBe('Yes - patient objections upheld');
  });

  test('applied beyond that: it says that it was not required', () => {
    expect(optOutAnswer(ANONYMISED, { apply: true })).toBe(
      'Yes - patient objections upheld, though the data flow is not identifiable',
    );
    expect(optOutAnswer({ ...SECTION_251, commonLawDuty: 'consent' }, { apply: true })).toBe(
      'Yes - patient objections upheld, though not required: consent provided by participants of research study',
    );
  });

  test('not applied: the exemption of the agreement and its reason, whatever the rule', () => {
    const exempt = { apply: false, exempt: 'CAG', because: 'support was given without them' } as const;
    for (const flow of [SECTION_251, ANONYMISED])
      expect(optOutAnswer(flow, exempt)).toBe('No - CAG: support was given without them');
  });

  test('is read back by its first word', () => {
    expect([' Yes - x', 'yes', 'No - Yes', 'Yesterday', ''].map(saysApplied)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
