import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasValidCheckDigit, normaliseNhsNumber } from '../../src/kernel/nhs-number.ts';

/** Numbers of public test data and specifications, each worked through by hand or by their own software. */
const VALID =
  '4010232137 9111231114 9111231122 9111231130 9111231149 9111231157 8429141456 9434765919 4505577104 9876543210 ' +
  '0607230002 4000000632 9686270272 9552062683 9018978914 9018978906 9018978892 9254945013 9254945129 9732552476 ' +
  '9449304424 9449305552 9449306621 9693632125 9732019395 9990000018 9990000026 9990000034 9990000107 ' +
  // Eleven less the remainder is eleven, which counts as 0.
  '4000000020 4000000160 4000000330 4000000470';
const INVALID =
  '9111111111 9111111112 9111111113 9111111114 1234567890 123 4857773456 7777777001 7777777002 7777777003 9464886888 ' +
  '9234567890 9598980007 400000008 94347659190 9434765918';
/** Eleven less the remainder is ten, which is no digit: no tenth digit fits. */
const NEVER_ISSUED = '400000008 400000011 400000025 400000039';

describe('the check digit', () => {
  test.each(VALID.split(' '))('of %s fits', (number) => {
    expect(hasValidCheckDigit(number)).toBe(true);
  });

  test.each(INVALID.split(' '))('of %s does not', (number) => {
    expect(hasValidCheckDigit(number)).toBe(false);
  });

  test.each(NEVER_ISSUED.split(' '))('fits no number that begins with %s', (nine) => {
    expect([...'0123456789'].filter((digit) => hasValidCheckDigit(nine + digit))).toEqual([]);
  });

  test('fits ten equal digits too, so that it proves little', () => {
    expect([...'0123456789'].every((digit) => hasValidCheckDigit(digit.repeat(10)))).toBe(true);
  });

  test('fits one random number in eleven', () => {
    const passing = Array.from({ length: 100_000 }, (_, index) => String(9_990_000_000 + index)).filter(
      hasValidCheckDigit,
    );
    expect(passing).toHaveLength(9_091);
  });

  test('catches every digit that is wrong and every two neighbours that changed places', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VALID.split(' ')),
        fc.nat(9),
        fc.integer({ min: 1, max: 9 }),
        (number, place, more) => {
          const digits = [...number].map(Number);
          const wrong = digits.map((digit, index) => (index === place ? (digit + more) % 10 : digit)).join('');
          expect(hasValidCheckDigit(wrong)).toBe(false);
          const swapped = [...number];
          swapped.splice(
            place,
            2,
            ...number
              .slice(place, place + 2)
              .split('')
              .reverse(),
          );
          expect(hasValidCheckDigit(swapped.join(''))).toBe(swapped.join('') === number);
        },
      ),
    );
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
  ['943 4765919', '9434765919'],
  ['943.476.5919', undefined],
  ['943\u00a0476\u00a05919', undefined],
  ['943\t476\t5919', undefined],
  ['+9434765919', undefined],
  ['9434765919\n', undefined],
  ['', undefined],
])('%j is read as %j', (text, number) => {
  expect(normaliseNhsNumber(text)).toBe(number);
});
