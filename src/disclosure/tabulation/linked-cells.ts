import { sha256Hex } from '../../kernel/digest.ts';
import { decompose } from '../instance/decompose.ts';
import { SystemBuilder } from '../tables/system-builder.ts';

export type Kind = string;

/** What everybody knows of a dimension: its categories that occur, and whether nobody is in two of them. */
export interface Meaning {
  readonly categories: number;
  readonly exclusive: boolean;
}

/** A count of the rows of a population that lie in a set of categories of each of some dimensions. */
export interface Cell {
  readonly population: string;
  readonly kind: Kind;
  /** Dimensions that are not in it are at their total. Sets are numbers of categories, ascending. */
  readonly at: ReadonlyMap<string, readonly number[]>;
}

/** Of which population a dimension is what; the same rows have the same. */
export type Meanings = ReadonlyMap<string, ReadonlyMap<string, Meaning>>;

/** Cells, in the order in which they were first named; each is a column of a system. */
export class Cells {
  readonly list: Cell[] = [];
  readonly #columns = new Map<string, number>();
  readonly #meanings: Meanings;

  constructor(meanings: Meanings) {
    this.#meanings = meanings;
  }

  /** The column of a cell, with dimensions at their total left out: what counts the same is one column. */
  column({ population, kind, at }: Cell): number {
    const kept = new Map(
      [...at]
        .filter(([meaning, set]) => set.length !== this.meaning(population, meaning).categories)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const key = JSON.stringify([population, kind, [...kept].map(([meaning, set]) => [meaning, set.join()])]);
    const found = this.#columns.get(key);
    if (found !== undefined) return found;
    this.#columns.set(key, this.list.length);
    this.list.push({ population, kind, at: kept });
    return this.list.length - 1;
  }

  meaning(population: string, meaning: string): Meaning {
    const found = this.#meanings.get(population)?.get(meaning);
    if (found === undefined) throw new Error(`a population without ${meaning}`);
    return found;
  }
}

/** A count less another, which is nothing or more, and no count of its own; the terms sum to nothing. */
export interface Slack {
  readonly column: number;
  readonly terms: readonly (readonly [column: number, coefficient: number])[];
}

export interface Linked {
  readonly builder: SystemBuilder;
  /** Columns from this number on are slack. */
  readonly slack: readonly Slack[];
}

/**
 * How cells hang together, whatever table or release they stand in: along each dimension in turn, cells that differ in
 * nothing else are written as disjoint unions of each other, and of what lies between them, which becomes a cell that
 * nobody publishes. Cells of people add up only along dimensions in which nobody is in two categories; else a whole is
 * at least each part, and at most their sum. New cells are linked in their turn until there are none.
 */
export function linkCells(cells: Cells): Linked {
  const sums: Union[] = [];
  for (let before = -1; before !== cells.list.length; ) {
    before = cells.list.length;
    sums.length = 0;
    for (const group of groupsOf(cells)) linkGroup(group, cells, sums);
  }
  const builder = new SystemBuilder();
  for (const [column, cell] of cells.list.entries()) {
    builder.column(
      `cell ${column}`,
      0,
      [...cell.at.values()].some((set) => set.length === 0) ? 0 : Number.POSITIVE_INFINITY,
    );
  }
  const slack: Slack[] = [];
  const atLeastNothing = (terms: readonly (readonly [number, number])[]): void => {
    const key = `slack ${sha256Hex(JSON.stringify(terms))}`;
    if (builder.has(key)) return;
    const column = builder.column(key);
    slack.push({ column, terms });
    builder.relation([...terms.map(([each, value]) => ({ column: each, value })), { column, value: -1 }]);
  };
  for (const { whole, parts, how } of sums) {
    if (how === 'sum') builder.sum(whole, parts);
    else
      for (const part of parts)
        atLeastNothing([
          [whole, 1],
          [part, -1],
        ]);
    if (how === 'cover') atLeastNothing([...parts.map((part) => [part, 1] as const), [whole, -1]]);
  }
  const rows = new Map<string, number>();
  const place = ({ population, at }: Cell): string =>
    JSON.stringify([population, [...at].map(([meaning, set]) => [meaning, set.join()])]);
  for (const [column, cell] of cells.list.entries()) if (cell.kind === 'rows') rows.set(place(cell), column);
  for (const [column, cell] of cells.list.entries()) {
    const own = cell.kind === 'people' ? rows.get(place(cell)) : undefined;
    if (own !== undefined)
      atLeastNothing([
        [own, 1],
        [column, -1],
      ]);
  }
  return { builder, slack };
}

/** A whole that is the sum of its parts, is covered by them (who is in several counts in each), or contains them. */
interface Union {
  readonly whole: number;
  readonly parts: readonly number[];
  readonly how: 'sum' | 'cover' | 'contain';
}

/** Cells that differ along one dimension only. */
interface Group {
  readonly meaning: string;
  readonly population: string;
  readonly kind: Kind;
  readonly rest: ReadonlyMap<string, readonly number[]>;
  readonly members: readonly { readonly column: number; readonly set: readonly number[] | undefined }[];
}

function groupsOf({ list }: Cells): Group[] {
  const meanings = new Map<string, Set<string>>();
  for (const { population, at } of list) {
    const own = meanings.get(population) ?? new Set();
    for (const meaning of at.keys()) own.add(meaning);
    meanings.set(population, own);
  }
  const groups = new Map<string, Group & { members: { column: number; set: readonly number[] | undefined }[] }>();
  for (const [column, { population, kind, at }] of list.entries()) {
    const own = [...at].map(([meaning, set]) => [meaning, set.join()] as const);
    for (const meaning of meanings.get(population) ?? []) {
      const key = JSON.stringify([population, kind, meaning, own.filter(([each]) => each !== meaning)]);
      let group = groups.get(key);
      if (group === undefined) {
        group = { meaning, population, kind, rest: new Map([...at].filter(([each]) => each !== meaning)), members: [] };
        groups.set(key, group);
      }
      group.members.push({ column, set: at.get(meaning) });
    }
  }
  return [...groups.values()].filter(({ members }) => members.length > 1);
}

function linkGroup({ meaning, population, kind, rest, members }: Group, cells: Cells, sums: Union[]): void {
  const { categories, exclusive } = cells.meaning(population, meaning);
  const exact = kind !== 'people' || exclusive;
  const all = Array.from({ length: categories }, (_, index) => index);
  const filled = members.filter(({ set }) => set?.length !== 0);
  // Categories that every member treats alike stand together.
  const within = all.map((): number[] => []);
  for (const [index, { set }] of filled.entries()) for (const each of set ?? all) within[each]?.push(index);
  const atoms = new Map<string, number[]>();
  for (const [category, each] of within.entries()) {
    const atom = atoms.get(each.join()) ?? [];
    atom.push(category);
    atoms.set(each.join(), atom);
  }
  const numbers = new Map([...atoms.keys()].map((pattern, index) => [pattern, index]));
  const sets = filled.map(({ set }) =>
    [...new Set((set ?? all).map((category) => numbers.get(within[category]?.join() ?? '') ?? 0))].sort(
      (a, b) => a - b,
    ),
  );
  const { columnOfSet, unpublished, relations } = decompose(sets, atoms.size);
  const columnOf = new Map<number, number>();
  for (const [index, { column }] of filled.entries()) columnOf.set(columnOfSet[index] ?? 0, column);
  const contents = [...atoms.values()];
  // How many people are in what lies between can't be told from how many are in each: it stays out.
  if (exact) {
    for (const [atom, place] of unpublished) {
      columnOf.set(place, cells.column({ population, kind, at: new Map([...rest, [meaning, contents[atom] ?? []]]) }));
    }
  }
  for (const terms of relations) {
    const whole = columnOf.get(terms.find(({ value }) => value < 0)?.column ?? -1);
    const parts = terms.flatMap(({ column, value }) => (value > 0 ? [columnOf.get(column)] : []));
    if (whole === undefined) continue;
    const known = parts.filter((part) => part !== undefined);
    sums.push({ whole, parts: known, how: exact ? 'sum' : known.length === parts.length ? 'cover' : 'contain' });
  }
}
