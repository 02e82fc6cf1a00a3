import { type SparseRows, sparseRows } from '../tables/sparse-rows.ts';
import type { Reduced } from './reduce.ts';

/** A part of the system that shares no relation with the rest, in columns of its own. */
export interface Component {
  /** The column of the whole system behind each column here. */
  readonly columns: readonly number[];
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly rows: SparseRows;
  readonly totals: Float64Array;
}

/** Columns without any relation are no component: their bounds are all that is known of them. */
export function componentsOf({ roots, bounds, rows }: Reduced): Component[] {
  const parent = new Map<number, number>(roots.map((column) => [column, column]));
  const find = (column: number): number => {
    let root = column;
    for (let next = parent.get(root); next !== undefined && next !== root; next = parent.get(root)) root = next;
    for (let each = column; each !== root; ) {
      const next = parent.get(each) ?? root;
      parent.set(each, root);
      each = next;
    }
    return root;
  };
  for (const { terms } of rows) {
    const first = find(terms[0]?.column ?? 0);
    for (const { column } of terms) {
      const [a, b] = [find(first), find(column)];
      // The lower number is the root, so that components come in the order of their first column.
      if (a !== b) parent.set(Math.max(a, b), Math.min(a, b));
    }
  }
  const columnsOf = new Map<number, number[]>();
  const rowsOf = new Map<number, Reduced['rows'][number][]>();
  for (const row of rows) push(rowsOf, find(row.terms[0]?.column ?? 0), row);
  for (const column of roots) if (rowsOf.has(find(column))) push(columnsOf, find(column), column);
  return [...columnsOf].map(([root, columns]) => {
    const place = new Map(columns.map((column, index) => [column, index]));
    const own = rowsOf.get(root) ?? [];
    return {
      columns,
      lower: Float64Array.from(columns, (column) => bounds.lower[column] ?? 0),
      upper: Float64Array.from(columns, (column) => bounds.upper[column] ?? 0),
      rows: sparseRows(
        own.map(({ terms }) => terms.map(({ column, value }) => ({ column: place.get(column) ?? 0, value }))),
      ),
      totals: Float64Array.from(own, ({ total }) => total),
    };
  });
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
