/** A count as a report shows it. */
export type PublishedCount = number | '*';

/** The largest count that could single somebody out (HES analysis guide, since September 2018). */
const SMALL = 7;

/**
 * 0 stays, 1 to 7 become `*`, all others are rounded to the nearest 5, each by itself: so no count can be found by
 * subtracting others (HES analysis guide).
 */
export function publishedCount(count: number): PublishedCount {
  if (count === 0) return 0;
  return count <= SMALL ? '*' : Math.round(count / 5) * 5;
}
