import type { KnownPopulation } from './differences.ts';
import type { Cells, Meaning } from './linked-cells.ts';
import { isWithin } from './scope.ts';

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
 * The counts of a release as an attacker has them, kept so that later ones are audited together with them. No true count
 * is in here; but the codes of categories that occur are, also of those that no table shows: it stays with the custodian.
 */
export interface PublishedCells {
  readonly populations: Readonly<Record<string, Readonly<Record<string, Meaning>>>>;
  readonly known: Readonly<Record<string, KnownPopulation>>;
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
  known: ReadonlyMap<string, KnownPopulation>,
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
  return { populations, known: Object.fromEntries(known), sets, cells };
}

/** The releases that have to do with these populations: they are of the same rows, of some of them, or of more. */
export function nearTo(
  earlier: readonly PublishedCells[],
  own: ReadonlyMap<string, KnownPopulation>,
): PublishedCells[] {
  return earlier.filter(({ known }) => Object.entries(known).some(([id, each]) => isNear(id, each, own)));
}

function isNear(id: string, { scope }: KnownPopulation, own: ReadonlyMap<string, KnownPopulation>): boolean {
  return own.has(id) || [...own.values()].some((each) => isWithin(scope, each.scope) || isWithin(each.scope, scope));
}

/** All dimensions that anything is told of, of these populations and of those that releases have to do with them. */
export function meaningsOf(
  own: ReadonlyMap<string, ReadonlyMap<string, Meaning>>,
  earlier: readonly PublishedCells[],
): Map<string, Map<string, Meaning>> {
  const all = new Map([...own].map(([id, each]) => [id, new Map(each)]));
  for (const { populations } of earlier) {
    for (const [id, meanings] of Object.entries(populations)) {
      const known = all.get(id) ?? new Map<string, Meaning>();
      for (const [name, meaning] of Object.entries(meanings)) known.set(name, meaning);
      all.set(id, known);
    }
  }
  return all;
}

/** Puts the cells of an earlier release beside others; gives the column of each. */
export function layCells(cells: Cells, { sets, cells: list }: PublishedCells) {
  return list.flatMap(({ population, kind, at, ...ends }) => {
    const set = new Map(Object.entries(at).map(([meaning, number]) => [meaning, sets[number] ?? []]));
    return [{ column: cells.column({ population, kind, at: set }), ...ends }];
  });
}
