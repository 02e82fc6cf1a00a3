import { decompose } from '../instance/decompose.ts';
import type { CountedDimension, Place } from './counted-tables.ts';
import type { DimensionSpec } from './tabulation-spec.ts';

/** A set of categories of a dimension that a table has a line for, or that lines overlap in. */
export interface Node {
  /** What it sums, spelt so that the same set has the same name in every table and release; '' is the total. */
  readonly id: string;
  /** The lines of the table that show it; none where it is not shown. */
  readonly shown: readonly Place[];
  /** Counted categories that add up to it. */
  readonly parts: readonly Place[];
}

/** How the lines of one dimension of a table hang together. */
export interface Lattice {
  readonly nodes: readonly Node[];
  readonly total: Node;
  /** A node and the others that it is the disjoint union of. */
  readonly unions: readonly { readonly whole: number; readonly parts: readonly number[] }[];
  /** Whether people add up: nobody is in two categories. */
  readonly exclusive: boolean;
}

/** The lattice of a table's dimension: its total, and every category of the levels shown, those where nobody is included. */
export function latticeOf(
  spec: DimensionSpec,
  { categories, exclusive }: CountedDimension,
  levels: readonly number[],
): Lattice {
  const base = withDeclared(spec, categories);
  const lines: { place: Place; members: number[] }[] = [{ place: null, members: base.map((_, index) => index) }];
  for (const level of levels) {
    const members = new Map<string, number[]>();
    for (const group of spec.levels[level]?.groups ?? []) members.set(group.label, []);
    base.forEach((labels, index) => {
      const label = labels[level];
      if (label === undefined) return;
      const list = members.get(label) ?? [];
      list.push(index);
      members.set(label, list);
    });
    const sorted = [...members].sort(([a], [b]) => inOrder(a, b));
    for (const [label, set] of sorted) lines.push({ place: { level, label }, members: set });
  }
  // Categories that every line treats alike are told apart by nobody: one of them stands for all.
  const within = base.map((): number[] => []);
  for (const [line, { members }] of lines.entries()) for (const index of members) within[index]?.push(line);
  const patterns = within.map((each) => each.join(' '));
  const numbers = new Map([...new Set(patterns)].map((pattern, index) => [pattern, index]));
  const atomOf = patterns.map((pattern) => numbers.get(pattern) ?? 0);
  const ofAtom = Array.from(numbers, (): string[] => []);
  const occurring = new Set(categories.map(([finest]) => finest));
  base.forEach(([finest = ''], index) => {
    if (occurring.has(finest)) ofAtom[atomOf[index] ?? 0]?.push(finest);
  });
  const sets = lines.map(({ members }) =>
    [...new Set(members.map((index) => atomOf[index] ?? 0))].sort((a, b) => a - b),
  );
  const { columns, columnOfSet, unpublished, relations } = decompose(sets, numbers.size);
  const places = Array.from({ length: columns }, (): Place[] => []);
  const setOf = Array.from({ length: columns }, (): readonly number[] => []);
  lines.forEach(({ place }, index) => {
    const column = columnOfSet[index] ?? 0;
    places[column]?.push(place);
    setOf[column] = sets[index] ?? [];
  });
  for (const [atom, column] of unpublished) setOf[column] = [atom];
  const nodes = setOf.map((set, column): Node => {
    const finest = set.flatMap((atom) => ofAtom[atom] ?? []).sort();
    const shown = places[column] ?? [];
    return {
      id: finest.length === occurring.size ? '' : JSON.stringify(finest),
      shown,
      // The total is counted as such, and so is each line; what lies between lines is a sum of the finest categories.
      parts: shown.length > 0 ? shown.slice(0, 1) : finest.map((label) => ({ level: 0, label })),
    };
  });
  const total = nodes[columnOfSet[0] ?? 0];
  if (total === undefined) throw new Error('a dimension has no total');
  return {
    nodes,
    total,
    exclusive,
    unions: relations.map((terms) => ({
      whole: terms.find(({ value }) => value < 0)?.column ?? 0,
      parts: terms.flatMap(({ column, value }) => (value > 0 ? [column] : [])),
    })),
  };
}

/** The finest categories with their labels at each level; declared ones belong where their groups say. */
function withDeclared(
  { levels, values }: DimensionSpec,
  categories: CountedDimension['categories'],
): readonly (readonly (string | undefined)[])[] {
  const known = new Set(categories.map(([finest]) => finest));
  const declared = values
    .filter((value) => !known.has(value))
    .map((value) =>
      levels.map((level, index) =>
        index === 0 ? value : level.groups.find(({ members }) => members.includes(value))?.label,
      ),
    );
  return [...categories, ...declared].sort(([a = ''], [b = '']) => inOrder(a, b));
}

/** As people put them: numbers by size (`5-9` before `10-14`), the rest by code. */
export function inOrder(a: string, b: string): number {
  const [x, y] = [Number.parseInt(a, 10), Number.parseInt(b, 10)];
  if (Number.isFinite(x) && Number.isFinite(y) && x !== y) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}
