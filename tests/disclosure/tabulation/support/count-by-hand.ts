import type { CountedTables, Place } from '../../../../src/disclosure/tabulation/counted-tables.ts';
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
        return [{ at, rows: own.length, people, values: {} }];
      });
    }),
  };
}
