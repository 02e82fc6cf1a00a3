import type { CountedDimension, Place } from './counted-tables.ts';
import type { DimensionSpec } from './tabulation-spec.ts';

/** A line that a table has along a dimension, and the categories that it counts, by their numbers. */
export interface Line {
  readonly place: Place;
  readonly set: readonly number[];
}

/** The total, and every category of the levels shown, those where nobody is included. */
export function linesOf(spec: DimensionSpec, { categories }: CountedDimension, levels: readonly number[]): Line[] {
  const lines: Line[] = [{ place: null, set: categories.map((_, index) => index) }];
  for (const level of levels) {
    const members = new Map<string, number[]>();
    for (const { label } of spec.levels[level]?.groups ?? []) members.set(label, []);
    if (level === 0) for (const value of spec.values) members.set(value, []);
    categories.forEach((labels, index) => {
      const label = labels[level];
      if (label === undefined) return;
      const list = members.get(label) ?? [];
      list.push(index);
      members.set(label, list);
    });
    for (const [label, set] of [...members].sort(([a], [b]) => inOrder(a, b)))
      lines.push({ place: { level, label }, set });
  }
  return lines;
}

/** As people put them: numbers by size (`5-9` before `10-14`), chapters by theirs (`IV` before `IX`), the rest by code. */
export function inOrder(a: string, b: string): number {
  const chapters = [roman(a), roman(b)];
  if (chapters[0] !== undefined && chapters[1] !== undefined) return chapters[0] - chapters[1];
  const [x, y] = [Number.parseInt(a, 10), Number.parseInt(b, 10)];
  if (Number.isFinite(x) && Number.isFinite(y) && x !== y) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

const NUMERALS: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50 };

function roman(text: string): number | undefined {
  if (!/^X{0,3}(IX|IV|V?I{0,3})$/.test(text) || text === '') return undefined;
  const values = [...text].map((letter) => NUMERALS[letter] ?? 0);
  return values.reduce((sum, value, index) => sum + (value < (values[index + 1] ?? 0) ? -value : value), 0);
}
