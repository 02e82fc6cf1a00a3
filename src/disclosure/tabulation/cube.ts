import type { CountedCell, CountedTables, Place } from './counted-tables.ts';
import { linesOf } from './lattice.ts';
import type { Cell, Cells, Kind } from './linked-cells.ts';
import type { TabulationSpec } from './tabulation-spec.ts';

/** A line of a table, and the columns of the system that stand behind its numbers. */
export interface CubeCell {
  readonly at: readonly Place[];
  /** The places as a text. */
  readonly place: string;
  /** By kind, where the table has that kind. */
  readonly columns: ReadonlyMap<Kind, number>;
  /** Whether it is a national figure that may be shown as it is. */
  readonly national: boolean;
  readonly counted: CountedCell;
  readonly name: string;
}

export interface CubeTable {
  /** What the table shows counts of, or percentages and rates made of them. */
  readonly kinds: readonly Kind[];
  readonly cells: readonly CubeCell[];
}

/** More cells than this are more than a release of tables should have. */
const MOST_CELLS = 200_000;

/** A release of tables is larger than can be looked at. */
export class TooLarge extends Error {
  constructor(table: string, cells: number) {
    super(`${table} has ${cells} cells, more than can be audited`);
  }
}

const EMPTY = { rows: 0, people: 0, values: {} } as const;

/** Names the cells of a tabulation's tables, of the kinds that each shows. */
export function addCells(
  cells: Cells,
  product: string,
  spec: TabulationSpec,
  counted: CountedTables,
  kindsOf: (measures: readonly number[]) => readonly Kind[],
): CubeTable[] {
  return spec.tables.map((table, index) => {
    const dimensions = table.by.map(({ dimension, levels }) => {
      const [own, found] = [spec.dimensions[dimension], counted.dimensions[dimension]];
      if (own === undefined || found === undefined) throw new Error('a table of a dimension that was not counted');
      return { own, lines: linesOf(own, found, levels) };
    });
    const size = dimensions.reduce((product_, { lines }) => product_ * lines.length, 1);
    if (size > MOST_CELLS) throw new TooLarge(table.name, size);
    const known = new Map((counted.tables[index] ?? []).map((cell) => [placeKey(cell.at), cell] as const));
    const kinds = kindsOf(table.measures);
    const list = crossed(dimensions.map(({ lines }) => lines)).map((lines): CubeCell => {
      const at = lines.map(({ place }) => place);
      const set = new Map(lines.map((line, dimension) => [dimensions[dimension]?.own.meaning ?? '', line.set]));
      const cellOf = (kind: Kind): Cell => ({ population: counted.population, kind, at: set });
      return {
        at,
        place: placeKey(at),
        columns: new Map(kinds.map((kind) => [kind, cells.column(cellOf(kind))])),
        national:
          spec.national &&
          at.every((place, dimension) => place === null || dimensions[dimension]?.own.national === true),
        counted: known.get(placeKey(at)) ?? { at, ...EMPTY },
        name: `${product} ${table.name}: ${at.map((place, dimension) => `${dimensions[dimension]?.own.title} ${place?.label ?? 'total'}`).join(', ')}`,
      };
    });
    return { kinds, cells: list };
  });
}

/**
 * The true count of a cell that no table shows: the sum over the finest categories in it. Of people only where nobody
 * is in two categories, which is the only case in which such cells come up.
 */
export function countBetween(
  cell: Cell,
  spec: TabulationSpec,
  counted: CountedTables,
  countOf: (cell: CountedCell) => number,
): number | undefined {
  const wanted = [...cell.at.keys()];
  const table = spec.tables.findIndex(({ by }) =>
    wanted.every((meaning) => by.some(({ dimension }) => spec.dimensions[dimension]?.meaning === meaning)),
  );
  if (table < 0) return undefined;
  const sets = (spec.tables[table]?.by ?? []).map(({ dimension }) => {
    const set = cell.at.get(spec.dimensions[dimension]?.meaning ?? '');
    return set === undefined
      ? undefined
      : new Set(set.map((index) => counted.dimensions[dimension]?.categories[index]?.[0]));
  });
  return (counted.tables[table] ?? [])
    .filter(({ at }) =>
      at.every((place, dimension) => {
        const set = sets[dimension];
        return set === undefined ? place === null : place?.level === 0 && set.has(place.label);
      }),
    )
    .reduce((sum, each) => sum + countOf(each), 0);
}

/** The counts that a table's measures need. */
export function countKinds({ measures }: TabulationSpec, shown: readonly number[]): Kind[] {
  const kinds = new Set<Kind>();
  for (const index of shown) {
    const measure = measures[index];
    if (measure === undefined || 'column' in measure) continue;
    kinds.add(measure.of);
    if (measure.kind === 'rate') kinds.add(measure.over);
  }
  return ['people', 'rows'].filter((kind) => kinds.has(kind));
}

export function placeKey(at: readonly Place[]): string {
  return JSON.stringify(at.map((place) => (place === null ? null : [place.level, place.label])));
}

/** Every choice of one of each list. */
export function crossed<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((chosen) => list.map((each) => [...chosen, each])), [[]]);
}
