/**
 * The database that a linkage works in: temporary tables in memory, nothing written elsewhere. Linkage says what it
 * wants in SQL (DuckDB's dialect); the engine runs it.
 */
export interface LinkageDatabase {
  execute(sql: string): Promise<void>;
  /** Rows of a small result: counts, patterns of agreement, names of columns. Never a person's values. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Columns of numbers of a large result, in order: row numbers, weights. Missing values are NaN. */
  numbers(sql: string, columns: number): Promise<readonly Float64Array[]>;
  /** Makes a temporary table of columns of whole numbers or doubles, all of one length. */
  fill(table: string, columns: Readonly<Record<string, Float64Array>>): Promise<void>;
}

/** The number in a column of a row that {@link LinkageDatabase.rows} gave. */
export function numberIn(row: Readonly<Record<string, unknown>> | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

/** The one number of a result with one row and one column. */
export async function oneNumber(database: LinkageDatabase, sql: string): Promise<number> {
  const [row] = await database.rows(sql);
  return Number(Object.values(row ?? {})[0] ?? 0);
}
