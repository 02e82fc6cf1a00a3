import fc from 'fast-check';

/** NHS numbers that PDS may know: with and without a fitting check digit, with leading zeros, two in one slice. */
export const NUMBERS = [
  '9990000018',
  '9990000026',
  '9990000034',
  '9990000042',
  '9990000050',
  '9990000069',
  '9990000077',
  '9990000085',
  '4000000632',
  '4505577104',
  '0607230002',
  '0010020037',
  '7777777001',
  '7777777002',
] as const;

/** Numbers that PDS never has a record of. */
export const STRANGERS = ['4010232137', '9876543210', '0123456789'] as const;

/** What stands in the place of a number and is none. */
export const NO_NUMBERS = [
  '123',
  'ABC1234?/0123',
  '99900000180',
  '999000001８',
  '9990000018.',
  '\t9990000018',
  ' ',
] as const;

const SPELLINGS: readonly ((number: string) => string)[] = [
  (number) => number,
  (number) => `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`,
  (number) => `${number.slice(0, 3)}-${number.slice(3, 6)}-${number.slice(6)}`,
  (number) => `  ${number.slice(0, 9)}- ${number.slice(9)} `,
];

/** A number as somebody wrote it. */
export function spelt(number: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(number, fc.constantFrom(...SPELLINGS)).map(([digits, spell]) => spell(digits));
}

export const anyNumber: fc.Arbitrary<string> = fc.constantFrom(...NUMBERS, ...STRANGERS);
