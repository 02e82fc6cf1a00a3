import type { WaterfallStep } from '../ledger/entries.ts';

/** The largest count that could single somebody out (HES analysis guide, since September 2018). */
const SMALL = 7;

type PublishedCount = number | '*';

/**
 * The waterfall as others may see it. Counts of 1 to 7 of people who are not in the release become `*`. Then the total
 * in becomes `*` too, or subtracting would give the hidden count away. What was released the recipient can count.
 */
export function publishedWaterfall(
  waterfall: readonly WaterfallStep[],
): { readonly step: string; readonly rows: PublishedCount; readonly people: PublishedCount }[] {
  const isSmall = (count: number): boolean => count >= 1 && count <= SMALL;
  const left = waterfall.filter(({ step }) => step !== 'in' && step !== 'released');
  const hides = left.some(({ rows, people }) => isSmall(rows) || isSmall(people));
  return waterfall.map(({ step, rows, people }) => {
    if (step === 'released') return { step, rows, people };
    if (step === 'in') return hides ? { step, rows: '*', people: '*' } : { step, rows, people };
    return isSmall(rows) || isSmall(people) ? { step, rows: '*', people: '*' } : { step, rows, people };
  });
}
