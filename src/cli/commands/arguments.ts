import { InvalidArgumentError } from 'commander';

/** An option's number, as `1000000` or `1_000_000`. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text.replaceAll('_', ''))) throw new InvalidArgumentError('It is a whole number.');
  return Number(text.replaceAll('_', ''));
}

/** A number of which there is one at least. */
export function countOf(text: string): number {
  const count = wholeNumber(text);
  if (count === 0) throw new InvalidArgumentError('It is 1 or more.');
  return count;
}

/** A size of memory, for the engine to read. */
export function memorySize(text: string): string {
  if (!/^\d+(\.\d+)? ?[KMGT]i?B$/.test(text)) throw new InvalidArgumentError('It is a size, as 4GB.');
  return text;
}
