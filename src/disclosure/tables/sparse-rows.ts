/** A sparse matrix by rows: row `r` holds `values[k]` in column `columns[k]` for `starts[r] <= k < starts[r + 1]`. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

export interface Term {
  readonly column: number;
  readonly value: number;
}

export function sparseRows(rows: readonly (readonly Term[])[]): SparseRows {
  const size = rows.reduce((sum, row) => sum + row.length, 0);
  const starts = new Int32Array(rows.length + 1);
  const columns = new Int32Array(size);
  const values = new Float64Array(size);
  let at = 0;
  for (const [index, row] of rows.entries()) {
    for (const { column, value } of row) {
      columns[at] = column;
      values[at] = value;
      at += 1;
    }
    starts[index + 1] = at;
  }
  return { starts, columns, values };
}

export function rowCount(rows: SparseRows): number {
  return rows.starts.length - 1;
}

/** The same matrix by columns: `columns` of the result are rows of the argument. */
export function transposed(rows: SparseRows, columnCount: number): SparseRows {
  const starts = new Int32Array(columnCount + 1);
  for (const column of rows.columns) starts[column + 1] = at(starts, column + 1) + 1;
  for (let column = 0; column < columnCount; column += 1)
    starts[column + 1] = at(starts, column + 1) + at(starts, column);
  const next = starts.slice(0, columnCount);
  const columns = new Int32Array(rows.columns.length);
  const values = new Float64Array(rows.values.length);
  for (let row = 0; row < rowCount(rows); row += 1) {
    for (let k = at(rows.starts, row); k < at(rows.starts, row + 1); k += 1) {
      const column = at(rows.columns, k);
      const place = at(next, column);
      columns[place] = row;
      values[place] = at(rows.values, k);
      next[column] = place + 1;
    }
  }
  return { starts, columns, values };
}

/** An element that the caller knows to be there; typed arrays are read in the inner loops of everything here. */
export function at(array: Int32Array | Float64Array | Uint8Array, index: number): number {
  return array[index] as number;
}
