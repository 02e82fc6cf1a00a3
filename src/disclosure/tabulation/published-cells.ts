import type { Cells, Meaning } from './linked-cells.ts';

/** How a count of a release is printed, and how it is protected. */
export interface PublishedEnds {
  /** What is known of it by itself; no upper end is null. */
  readonly lower: number;
  readonly upper: number | null;
  /** Counts of 1 to this many are small, and nothing narrower than the width may follow of them; 0: not protected. */
  readonly limit: number;
  readonly width: number;
}

/**
 * The counts of a release as an attacker has them, kept so that later ones are audited together with them. Categories
 * are numbers, in the order of their codes; no label is in here, and no true count.
 */
export interface PublishedCells {
  readonly populations: Readonly<Record<string, Readonly<Record<string, Meaning>>>>;
  /** Sets of categories, which cells name by number. */
  readonly sets: readonly (readonly number[])[];
  readonly cells: readonly (PublishedEnds & {
    readonly population: string;
    readonly kind: string;
    readonly at: Readonly<Record<string, number>>;
  })[];
}

/** What is published of cells that are, undefined for those that nobody shows. */
export function publishedCells(
  { list }: Cells,
  meanings: ReadonlyMap<string, ReadonlyMap<string, Meaning>>,
  endsOf: (column: number) => PublishedEnds | undefined,
): PublishedCells {
  const numbers = new Map<string, number>();
  const sets: (readonly number[])[] = [];
  const numberOf = (set: readonly number[]): number => {
    const number = numbers.get(set.join()) ?? sets.length;
    if (number === sets.length) {
      numbers.set(set.join(), number);
      sets.push(set);
    }
    return number;
  };
  const cells = list.flatMap(({ population, kind, at }, column) => {
    const ends = endsOf(column);
    if (ends === undefined) return [];
    return [
      { population, kind, at: Object.fromEntries([...at].map(([meaning, set]) => [meaning, numberOf(set)])), ...ends },
    ];
  });
  const populations = Object.fromEntries([...meanings].map(([id, each]) => [id, Object.fromEntries(each)]));
  return { populations, sets, cells };
}

/** The releases that have to do with a population: it is the same rows of the same people, or nothing. */
export function ofPopulations(earlier: readonly PublishedCells[], populations: ReadonlySet<string>): PublishedCells[] {
  return earlier.filter((each) => each.cells.some(({ population }) => populations.has(population)));
}

/** All dimensions that anything is told of. */
export function meaningsOf(
  own: ReadonlyMap<string, ReadonlyMap<string, Meaning>>,
  earlier: readonly PublishedCells[],
): Map<string, Map<string, Meaning>> {
  const all = new Map([...own].map(([id, each]) => [id, new Map(each)]));
  for (const { populations } of earlier) {
    for (const [id, meanings] of Object.entries(populations)) {
      if (!own.has(id)) continue;
      for (const [name, meaning] of Object.entries(meanings)) all.get(id)?.set(name, meaning);
    }
  }
  return all;
}

/** Puts the cells of an earlier release beside others; gives the column of each, those of other populations left out. */
export function layCells(cells: Cells, { sets, cells: list }: PublishedCells, populations: ReadonlySet<string>) {
  return list.flatMap(({ population, kind, at, ...ends }) => {
    if (!populations.has(population)) return [];
    const set = new Map(Object.entries(at).map(([meaning, number]) => [meaning, sets[number] ?? []]));
    return [{ column: cells.column({ population, kind, at: set }), ...ends }];
  });
}
