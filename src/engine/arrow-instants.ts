import { isValid, type Validity } from './vector-memory.ts';

const DAY_SECONDS = 86_400;
/** Dates from here on stand for minus and plus infinity in DuckDB. */
const LARGEST_DAY = 2 ** 31 - 2;
/** What a JavaScript date can say, in seconds from 1970 on. */
const LARGEST_SECOND = 8_640_000_000_000;

/** Days from 1970 on, if every instant is a midnight; otherwise undefined. */
export function daysOf(items: BigInt64Array, perSecond: number, validity: Validity): Int32Array | undefined {
  const perDay = DAY_SECONDS * perSecond;
  const days = new Int32Array(items.length);
  for (let row = 0; row < items.length; row += 1) {
    if (!isValid(validity, row)) continue;
    const day = exactDays(items[row] ?? 0n, perDay);
    if (day === undefined || !isDay(day)) return undefined;
    days[row] = day;
  }
  return days;
}

/** Whether DuckDB takes a number of days from 1970 on for a date. */
export function isDay(day: number): boolean {
  return day <= LARGEST_DAY && day >= -LARGEST_DAY;
}

/**
 * The instants as ISO 8601 says them, to as many digits as they need; undefined if one lies beyond the years that a
 * text can say.
 */
export function isoTexts(
  items: BigInt64Array,
  perSecond: number,
  zoned: boolean,
  validity: Validity,
): string[] | undefined {
  const texts: string[] = [];
  for (let row = 0; row < items.length; row += 1) {
    const text = isValid(validity, row) ? isoText(items[row] ?? 0n, BigInt(perSecond)) : '';
    if (text === undefined) return undefined;
    texts.push(zoned && text !== '' ? `${text}Z` : text);
  }
  return texts;
}

function isoText(instant: bigint, perSecond: bigint): string | undefined {
  const part = ((instant % perSecond) + perSecond) % perSecond;
  const second = Number((instant - part) / perSecond);
  if (Math.abs(second) > LARGEST_SECOND) return undefined;
  const whole = new Date(second * 1000).toISOString().slice(0, -'.000Z'.length);
  if (part === 0n) return whole;
  const digits = String(perSecond).length - 1;
  return `${whole}.${String(part).padStart(digits, '0').replace(/0+$/, '')}`;
}

/** A bigint is divided only where a number would not be exact, as in nanoseconds. */
function exactDays(instant: bigint, perDay: number): number | undefined {
  const near = Number(instant);
  if (Number.isSafeInteger(near)) return near % perDay === 0 ? near / perDay : undefined;
  return instant % BigInt(perDay) === 0n ? Number(instant / BigInt(perDay)) : undefined;
}
