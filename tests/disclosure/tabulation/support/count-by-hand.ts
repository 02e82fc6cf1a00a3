import type { CountedCell, CountedTables, Place } from '../../../../src/disclosure/tabulation/counted-tables.ts';
import { crossed } from '../../../../src/disclosure/tabulation/cube.ts';
import { NOT_KNOWN, type TabulationSpec } from '../../../../src/disclosure/tabulation/tabulation-spec.ts';

/** A row that is counted: whose it is, and its label at each level of each dimension; values by column. */
export interface HandRow {
  readonly person: number | undefined;
  readonly labels: readonly (readonly (string | undefined)[])[];
  readonly values?: Readonly<Record<string, number | undefined>>;
}

/** Counts rows one cell at a time, as slowly and plainly as can be: what the engine must count as well. */
export function countByHand(spec: TabulationSpec, rows: readonly HandRow[], population = 'p'): CountedTables {
  const finest = (row: HandRow, dimension: number): string => row.labels[dimension]?.[0] ?? NOT_KNOWN;
  return {
    disclosure: 'counted',
    population,
    dimensions: spec.dimensions.map((_, dimension) => {
      const categories = new Map(rows.map((row) => [finest(row, dimension), row.labels[dimension] ?? []]));
      const of = new Map<number, Set<string>>();
      for (const row of rows) {
        if (row.person === undefined) continue;
        of.set(row.person, (of.get(row.person) ?? new Set()).add(finest(row, dimension)));
      }
      return {
        categories: [...categories.values()].sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)),
        exclusive: [...of.values()].every(({ size }) => size === 1),
      };
    }),
    tables: spec.tables.map(({ by }) => {
      const places = by.map(({ dimension }) => {
        const found = new Map<string, Place>([['null', null]]);
        for (const row of rows) {
          row.labels[dimension]?.forEach((label, level) => {
            if (label !== undefined) found.set(JSON.stringify([level, label]), { level, label });
          });
        }
        return [...found.values()];
      });
      return crossed(places).flatMap((at) => {
        const own = rows.filter((row) =>
          at.every(
            (place, index) => place === null || row.labels[by[index]?.dimension ?? 0]?.[place.level] === place.label,
          ),
        );
        if (own.length === 0) return [];
        const people = new Set(own.flatMap(({ person }) => (person === undefined ? [] : [person]))).size;
        return [{ at, rows: own.length, people, values: valuesOf(spec, own) }];
      });
    }),
  };
}

/** What each column that is measured comes to; rows of nobody in particular are each their own person's. */
function valuesOf({ measures }: TabulationSpec, rows: readonly HandRow[]): CountedCell['values'] {
  return Object.fromEntries(
    measures.flatMap((measure) => {
      if (!('column' in measure)) return [];
      const { kind, column } = measure;
      const held = rows.flatMap(({ person, values }, index) => {
        const value = values?.[column];
        return value === undefined ? [] : [{ person: person ?? `row ${index}`, value }];
      });
      const byPerson = new Map<number | string, number>();
      for (const { person, value } of held) byPerson.set(person, (byPerson.get(person) ?? 0) + value);
      const sorted = held.map(({ value }) => value).sort((a, b) => a - b);
      const middle = [Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2)];
      const value = {
        rows: held.length,
        people: byPerson.size,
        nonZero: {
          rows: held.filter(({ value }) => value !== 0).length,
          people: new Set(held.flatMap(({ person, value }) => (value === 0 ? [] : [person]))).size,
        },
        sum: sorted.reduce((sum, value) => sum + value, 0),
        largest: [...byPerson.values()].sort((a, b) => b - a).slice(0, 10),
        median: kind === 'median' ? middle.reduce((sum, place) => sum + (sorted[place] ?? 0) / 2, 0) : undefined,
      };
      return [[column, value]];
    }),
  );
}
