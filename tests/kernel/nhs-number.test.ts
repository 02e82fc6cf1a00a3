import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasValidCheckDigit, normaliseNhsNumber } from '../../src/kernel/nhs-number.ts';

const VALID =
  '4010232137 9111231114 8429141456 9434765919 4505577104 9876543210 0607230002 4000000632 9686270272 9990000018 4000000020';
const INVALID = '9111111111 1234567890 4857773456 7777777001 9464886888 9234567890 9598980007 400000008 94347659190';

describe('the check digit', () => {
  test.each(VALID.split(' '))('of %s fits', (number) => {
    expect(hasValidCheckDigit(number)).toBe(true);
  });

  test.each(INVALID.split(' '))('of %s does not', (number) => {
    expect(hasValidCheckDigit(number)).toBe(false);
  });

  test('fits for at most one last digit, whatever the nine before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (nine) => {
        const body = String(nine).padStart(9, '0');
        expect([...'0123456789'].filter((digit) => hasValidCheckDigit(body + digit)).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test.each([
  ['943 476 5919', '9434765919'],
  ['943-476-5919', '9434765919'],
  [' 9434765919 ', '9434765919'],
  ['0607230002', '0607230002'],
  ['943476591', undefined],
  ['94347659190', undefined],
  ['94347659I9', undefined],
  ['９４３４７６５９１９', undefined],
  ['', undefined],
])('%j is read as %j', (text, number) => {
  expect(normaliseNhsNumber(text)).toBe(number);
});
