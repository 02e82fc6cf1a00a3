/** Tables over a base grid, as an attacker sees them: what each cell sums, and the range that is known of it. */
export interface Puzzle {
  readonly baseCells: number;
  readonly cells: readonly { readonly members: readonly number[]; readonly low: number; readonly high: number }[];
}

export type Range = readonly [least: number, most: number];

/**
 * The least and the most of every cell over all tables of whole numbers up to `most` that fit, by trying them all.
 * Undefined where none fits.
 */
export function bruteForce({ baseCells, cells }: Puzzle, most: number): Range[] | undefined {
  const sums = cells.map(() => 0);
  const found = cells.map((): [number, number] => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  const touched = Array.from({ length: baseCells }, (_, base) =>
    cells.flatMap(({ members }, cell) => (members.includes(base) ? [cell] : [])),
  );
  const last = cells.map(({ members }) => Math.max(-1, ...members));
  const add = (base: number, value: number): void => {
    for (const cell of touched[base] ?? []) sums[cell] = (sums[cell] ?? 0) + value;
  };
  const fits = (base: number): boolean =>
    (touched[base] ?? []).every((cell) => {
      const { low = 0, high = 0 } = cells[cell] ?? {};
      const sum = sums[cell] ?? 0;
      return sum <= high && (last[cell] !== base || sum >= low);
    });
  let count = 0;
  const walk = (base: number): void => {
    if (base === baseCells) {
      count += 1;
      for (const [cell, range] of found.entries()) {
        range[0] = Math.min(range[0], sums[cell] ?? 0);
        range[1] = Math.max(range[1], sums[cell] ?? 0);
      }
      return;
    }
    for (let value = 0; value <= most; value += 1) {
      add(base, value);
      if (fits(base)) walk(base + 1);
      add(base, -value);
    }
  };
  if (cells.every(({ members, low }) => members.length > 0 || low <= 0)) walk(0);
  return count === 0 ? undefined : found;
}
