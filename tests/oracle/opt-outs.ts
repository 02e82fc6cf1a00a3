import { normaliseNhsNumber } from '../../src/kernel/nhs-number.ts';
import type { OptOutList } from './oracle-inputs.ts';
import type { Succession } from './succession.ts';

/**
 * Whether a row with this number (undefined: none that can be used) is removed (design, section 4, step 4). A list of
 * opt-outs removes who has a listed number in their tree. A list of those who may be kept removes all others: somebody
 * stays only if a number of their tree is listed, and every one that was asked about is.
 */
export function isRemoved(number: string | undefined, list: OptOutList, succession: Succession): boolean {
  const tree = number === undefined ? [] : [...succession.treeOf(number)];
  const listed = new Set(numbersOf(list.numbers));
  if (list.mode === 'deny-list') return tree.some((each) => listed.has(each));
  const asked = list.request === undefined ? undefined : new Set(numbersOf(list.request));
  const askedAbout = tree.filter((each) => asked === undefined || asked.has(each));
  return !tree.some((each) => listed.has(each)) || !askedAbout.every((each) => listed.has(each));
}

function numbersOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => normaliseNhsNumber(line) ?? []);
}
