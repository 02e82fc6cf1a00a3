import { sha256Hex } from '../kernel/digest.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { add, all, drop, type Sql, type Step } from './sql.ts';

/**
 * Ranges of NHS numbers that are never issued to anyone, by their first eight digits, in the order in which they are
 * used up. The 999 range is reserved for test data; the gaps leave out the numbers of one repeated digit and d00000000d,
 * which some systems refuse although their check digit fits.
 */
const RANGES: readonly { readonly first: number; readonly last: number }[] = [
  { first: 99_900_000, last: 99_999_998 },
  { first: 90_000_001, last: 99_899_999 },
  { first: 86_000_000, last: 88_888_887 },
  { first: 88_888_889, last: 89_999_999 },
  { first: 50_000_001, last: 55_555_554 },
  { first: 55_555_556, last: 59_999_999 },
  { first: 31_130_000, last: 31_999_999 },
  { first: 1, last: 999_999 },
];

/**
 * Of the ten ninth digits that can follow eight given ones, at most one has no check digit (it would be 10): twice the
 * digit takes ten of the eleven remainders. Nine are used of every eight-digit prefix; that wastes one number in a
 * hundred and makes the way from an index to a number plain arithmetic.
 */
const NUMBERS_PER_PREFIX = 9;

interface Range {
  /** The index of the range's first number. */
  readonly start: number;
  readonly capacity: number;
  readonly first: number;
  /** Index j takes place (j × stride + shift) mod capacity, a permutation: neighbours get numbers far apart. */
  readonly stride: number;
  readonly shift: number;
}

/** The numbers of the last range begin with zeros. */
const LAST_RANGE = 999_999 * NUMBERS_PER_PREFIX;
const CAPACITY = RANGES.reduce((sum, range) => sum + (range.last - range.first + 1) * NUMBERS_PER_PREFIX, 0);

/**
 * Adds the NHS number of an index as a number; null for null. Distinct indices below `count` get distinct numbers, and
 * the number of an index depends on the seed alone. {@link nhsNumberText} makes the ten digits.
 */
export function nhsNumber(seed: number, count: number, index: Sql, name: string): Step {
  const ranges = rangesFor(seed, count);
  const pick = (value: (range: Range) => number) =>
    ranges.reduceRight((otherwise, range, position) => {
      const next = ranges[position + 1];
      return next === undefined
        ? String(value(range))
        : `CASE WHEN ${index} < ${next.start} THEN ${value(range)} ELSE ${otherwise} END`;
    }, '');
  const weights = [10, 9, 8, 7, 6, 5, 4, 3];
  const sum = weights.map((weight, place) => `(_prefix // ${10 ** (7 - place)}) % 10 * ${weight}`).join(' + ');
  return all(
    add({
      _place: `((${index} - ${pick((range) => range.start)}) * ${pick((range) => range.stride)}::BIGINT + ${pick((range) => range.shift)}) % ${pick((range) => range.capacity)}`,
      _first: pick((range) => range.first),
    }),
    add({
      _prefix: `(_first + _place // ${NUMBERS_PER_PREFIX})::INTEGER`,
      _nth: `(_place % ${NUMBERS_PER_PREFIX})::INTEGER`,
    }),
    add({ _sum: `(${sum}) % 11` }),
    // The ninth digit d with sum + 2d = 1 (mod 11) is the one without a check digit; 6 is the inverse of 2.
    add({ _digit: `_nth + (_nth >= (12 - _sum) * 6 % 11)::INTEGER` }),
    add({ [name]: `_prefix::BIGINT * 100 + _digit * 10 + (11 - (_sum + 2 * _digit) % 11) % 11` }),
    drop('_place', '_first', '_prefix', '_nth', '_sum', '_digit'),
  );
}

/** The ten digits of a number that {@link nhsNumber} made. */
export function nhsNumberText(number: Sql, count: number): Sql {
  const leadingZeros = count > CAPACITY - LAST_RANGE;
  return leadingZeros ? `lpad(${number}::VARCHAR, 10, '0')` : `${number}::VARCHAR`;
}

function rangesFor(seed: number, count: number): readonly Range[] {
  if (count > CAPACITY) {
    throw new Fault(
      ExitCode.usage,
      'too-many-people',
      `There are only ${CAPACITY} NHS numbers that nobody is ever given.`,
      { hint: `Ask for at most ${Math.floor(CAPACITY / 1.05)} people.` },
    );
  }
  const ranges: Range[] = [];
  let start = 0;
  for (const { first, last } of RANGES) {
    if (start >= count && ranges.length > 0) break;
    const capacity = (last - first + 1) * NUMBERS_PER_PREFIX;
    const random = Number.parseInt(sha256Hex(`${seed}/nhs-number/${first}`).slice(0, 12), 16);
    ranges.push({ start, capacity, first, stride: coprime(random, capacity), shift: random % capacity });
    start += capacity;
  }
  return ranges;
}

/** A number about 0.6 of `capacity` without a common divisor. */
function coprime(random: number, capacity: number): number {
  let candidate = Math.floor(capacity * 0.6) + (random % Math.ceil(capacity / 100));
  while (divisor(candidate, capacity) !== 1) candidate += 1;
  return candidate;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
