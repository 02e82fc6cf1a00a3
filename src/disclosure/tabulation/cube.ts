import { sha256Hex } from '../../kernel/digest.ts';
import type { SystemBuilder } from '../tables/system-builder.ts';
import type { CountedCell, CountedTables, Place } from './counted-tables.ts';
import { type Lattice, latticeOf, type Node } from './lattice.ts';
import type { TabulationSpec } from './tabulation-spec.ts';

export type Kind = 'people' | 'rows';

/** A line of a table, and the columns of the system that stand behind its counts. */
export interface CubeCell {
  readonly at: readonly Place[];
  readonly columns: Readonly<Record<Kind, number>>;
  /** Whether no dimension but those of national figures is told apart. */
  readonly national: boolean;
  readonly counted: CountedCell;
}

export interface CubeTable {
  /** Which counts the table shows, or shows percentages and rates of. */
  readonly kinds: readonly Kind[];
  readonly cells: readonly CubeCell[];
}

/** The true count of a column, and how people name it; only disclosure control looks at these. */
export interface CubeColumn {
  readonly value: number;
  readonly name: string;
  /** Slack between counts is no count of anything. */
  readonly isCount: boolean;
}

const EMPTY = { rows: 0, people: 0, values: {} } as const;

/** More columns than this are more than a release of tables should have. */
export const MOST_COLUMNS = 300_000;

/**
 * Adds the tables of a tabulation to a system: a column for each count, shared by every table and product that counts
 * the same of the same rows; relations for what adds up. Counts of people add up along a dimension only where nobody is
 * in two categories; else a total is at least each part and at most their sum.
 */
export function addToSystem(
  builder: SystemBuilder,
  columns: CubeColumn[],
  product: string,
  spec: TabulationSpec,
  counted: CountedTables,
): CubeTable[] {
  return spec.tables.map((table, index) => {
    const lattices = table.by.map(({ dimension, levels }) => {
      const [own, found] = [spec.dimensions[dimension], counted.dimensions[dimension]];
      if (own === undefined || found === undefined) throw new Error('a table of a dimension that was not counted');
      return { own, lattice: latticeOf(own, found, levels) };
    });
    const known = new Map(
      (counted.tables[index] ?? []).map((cell) => [JSON.stringify(cell.at.map(placeKey)), cell] as const),
    );
    const kinds = kindsOf(spec, table.measures);
    const all = crossed(lattices.map(({ lattice }) => lattice.nodes.map((_, node) => node)));
    if (all.length * kinds.length > MOST_COLUMNS) throw new TooLarge(table.name, all.length);
    const places = new Map<string, Readonly<Record<Kind, number>>>();
    const cells: CubeCell[] = [];
    const countsOf = (at: readonly Place[]): CountedCell =>
      known.get(JSON.stringify(at.map(placeKey))) ?? { at, ...EMPTY };
    for (const nodes of all) {
      const chosen = nodes.map((node, dimension) => lattices[dimension]?.lattice.nodes[node] as Node);
      const isMany = chosen.some(
        ({ parts }, dimension) => parts.length > 1 && lattices[dimension]?.lattice.exclusive === false,
      );
      const summed = crossed(chosen.map(({ parts }) => [...parts])).map(countsOf);
      const coordinates = chosen
        .flatMap(({ id }, dimension) => (id === '' ? [] : [`${lattices[dimension]?.own.meaning}=${id}`]))
        .sort()
        .join('|');
      const name = nameOf(
        product,
        table.name,
        chosen,
        lattices.map(({ own }) => own.title),
      );
      const column = (kind: Kind): number => {
        // How many people are in several categories together can't be told from how many are in each.
        if (kind === 'people' && isMany) return -1;
        const key = `${counted.population} ${kind} ${coordinates}`;
        const isNew = !builder.has(key);
        const place = builder.column(key);
        const value = summed.reduce((sum, each) => sum + each[kind], 0);
        if (isNew) columns[place] = { value, name: `${kind} of ${name}`, isCount: true };
        else if (columns[place]?.value !== value) throw new Error('two tables count the same differently');
        return place;
      };
      const both = {
        people: kinds.includes('people') ? column('people') : -1,
        rows: kinds.includes('rows') ? column('rows') : -1,
      };
      places.set(nodes.join(','), both);
      if (both.rows >= 0 && both.people >= 0) atLeast(builder, columns, both.rows, both.people);
      for (const at of crossed(chosen.map(({ shown }) => [...shown]))) {
        const national =
          spec.national && at.every((place, dimension) => place === null || lattices[dimension]?.own.national === true);
        cells.push({ at, columns: both, national, counted: countsOf(at) });
      }
    }
    for (const kind of kinds) {
      addRelations(
        builder,
        columns,
        kind,
        lattices.map(({ lattice }) => lattice),
        all,
        (nodes) => places.get(nodes.join(','))?.[kind] ?? -1,
      );
    }
    return { kinds, cells };
  });
}

/** A release of tables is larger than can be looked at. */
export class TooLarge extends Error {
  constructor(table: string, cells: number) {
    super(`${table} has ${cells} cells, more than can be audited`);
  }
}

function addRelations(
  builder: SystemBuilder,
  columns: CubeColumn[],
  kind: Kind,
  lattices: readonly Lattice[],
  all: readonly (readonly number[])[],
  columnOf: (nodes: readonly number[]) => number,
): void {
  for (const [dimension, { unions, exclusive }] of lattices.entries()) {
    const byWhole = new Map<number, (typeof unions)[number][]>();
    for (const union of unions) byWhole.set(union.whole, [...(byWhole.get(union.whole) ?? []), union]);
    for (const nodes of all) {
      for (const { parts } of byWhole.get(nodes[dimension] ?? -1) ?? []) {
        const whole = columnOf(nodes);
        const each = parts.map((part) => columnOf(nodes.map((node, index) => (index === dimension ? part : node))));
        if (whole < 0 || each.some((column) => column < 0)) continue;
        if (kind === 'rows' || exclusive) builder.sum(whole, each);
        else {
          for (const part of each) atLeast(builder, columns, whole, part);
          const excess = slack(
            builder,
            columns,
            [whole, ...each],
            each.reduce((sum, column) => sum + (columns[column]?.value ?? 0), 0) - (columns[whole]?.value ?? 0),
          );
          builder.relation([
            ...each.map((column) => ({ column, value: 1 })),
            { column: whole, value: -1 },
            { column: excess, value: -1 },
          ]);
        }
      }
    }
  }
}

/** One count is at least another. */
function atLeast(builder: SystemBuilder, columns: CubeColumn[], more: number, less: number): void {
  if (more === less) return;
  const rest = slack(builder, columns, [more, less], (columns[more]?.value ?? 0) - (columns[less]?.value ?? 0));
  builder.relation([
    { column: more, value: 1 },
    { column: less, value: -1 },
    { column: rest, value: -1 },
  ]);
}

/** What is left of a count beside others; the same in every release in which these are the same. */
function slack(builder: SystemBuilder, columns: CubeColumn[], of: readonly number[], value: number): number {
  if (value < 0) throw new Error('counts contradict each other');
  const column = builder.column(`slack ${sha256Hex(of.map((each) => builder.keyOf(each)).join('\n'))}`);
  columns[column] = { value, name: '', isCount: false };
  return column;
}

/** The counts that a table's measures need. */
export function kindsOf({ measures }: TabulationSpec, shown: readonly number[]): Kind[] {
  const kinds = new Set<Kind>();
  for (const index of shown) {
    const measure = measures[index];
    if (measure === undefined || 'column' in measure) continue;
    kinds.add(measure.of);
    if (measure.kind === 'rate') kinds.add(measure.over);
  }
  return (['people', 'rows'] as const).filter((kind) => kinds.has(kind));
}

function placeKey(place: Place): unknown {
  return place === null ? null : [place.level, place.label];
}

function nameOf(product: string, table: string, nodes: readonly Node[], titles: readonly string[]): string {
  const parts = nodes.map(({ shown }, index) => {
    const [place] = shown;
    return `${titles[index]} ${place === undefined ? '(an overlap of groups)' : place === null ? 'total' : place.label}`;
  });
  return `${product} ${table}: ${parts.join(', ')}`;
}

/** Every choice of one of each list. */
export function crossed<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((chosen) => list.map((each) => [...chosen, each])), [[]]);
}
