import type { DuckDBConnection } from '@duckdb/node-api';
import { MAX_REPEATS, quote } from './sql.ts';

export type Cell = string | number | null;

/**
 * A column's type. CODE is an enumerated type made of the column's own values, `CODE x` one that all columns of that
 * name share, so that a CASE can choose between them. DuckDB writes both to Parquet as plain text, three times as fast
 * as VARCHAR; for more than a few thousand values VARCHAR is better, as every row group carries the whole enumeration.
 */
type LookupType = 'INTEGER' | 'DOUBLE' | 'VARCHAR' | 'CODE' | `CODE ${string}`;

/**
 * A small table that the queries join by its integer column `slot`. A row may stand for a run of slots: that is how a
 * weighted choice is written, with as many slots as the choice has weight.
 */
export interface Lookup {
  readonly name: string;
  readonly columns: Readonly<Record<string, LookupType>>;
  readonly rows: readonly LookupRow[];
}

export interface LookupRow {
  readonly slot: number;
  /** How many slots the row stands for; 1 if not given. */
  readonly run?: number;
  readonly cells: readonly Cell[];
}

/**
 * Slots for each weight, `slots` in all: proportional, and none of a positive weight goes empty.
 * What rounding leaves over goes to the heaviest.
 */
function allocate(weights: readonly number[], slots: number): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = weights.map((weight) => (weight > 0 ? Math.max(1, Math.floor((weight / total) * slots)) : 0));
  const heaviest = weights.indexOf(Math.max(...weights));
  const left = slots - counts.reduce((sum, count) => sum + count, 0);
  if ((counts[heaviest] ?? 0) + left < 1) throw new Error(`${weights.length} weights do not fit into ${slots} slots`);
  return counts.map((count, index) => (index === heaviest ? count + left : count));
}

/** Rows for a weighted choice among `items`, over `slots` slots from `first` on. */
export function weighted<T>(
  items: readonly T[],
  weight: (item: T, index: number) => number,
  slots: number,
  first: number,
  cells: (item: T) => readonly Cell[],
): readonly LookupRow[] {
  const runs = allocate(items.map(weight), slots);
  let slot = first;
  return items.flatMap((item, index) => {
    const run = runs[index] ?? 0;
    const row = { slot, run, cells: cells(item) };
    slot += run;
    return run === 0 ? [] : [row];
  });
}

/** Creates the lookups' tables and code types, and the table behind {@link repeat}. */
export async function createLookups(connection: DuckDBConnection, lookups: readonly Lookup[]): Promise<void> {
  for (const [code, values] of codeValues(lookups)) {
    await connection.run(`CREATE TYPE ${code} AS ENUM (${[...values].map(quote).join(', ')})`);
  }
  for (const lookup of lookups) {
    const columns = Object.entries(lookup.columns).map(
      ([name, type], index) => `r[${index + 3}]::${codeName(lookup, name, type) ?? type} AS ${name}`,
    );
    await connection.run(
      `CREATE TABLE ${lookup.name} AS
       SELECT r[1]::INTEGER + unnest(range(r[2]::INTEGER))::INTEGER AS slot, ${columns.join(', ')}
       FROM (SELECT unnest(from_json($rows, '[["VARCHAR"]]')) AS r)`,
      { rows: JSON.stringify(lookup.rows.map((row) => [row.slot, row.run ?? 1, ...row.cells])) },
    );
  }
  await connection.run(
    `CREATE TABLE repeats AS
     SELECT slot::INTEGER AS slot, unnest(range(slot))::INTEGER AS number FROM range(1, ${MAX_REPEATS + 1}) t(slot)`,
  );
}

function codeName(lookup: Lookup, column: string, type: LookupType): string | undefined {
  if (type === 'CODE') return `code_${lookup.name}_${column}`;
  return type.startsWith('CODE ') ? `code_${type.slice('CODE '.length)}` : undefined;
}

function codeValues(lookups: readonly Lookup[]): ReadonlyMap<string, ReadonlySet<string>> {
  const codes = new Map<string, Set<string>>();
  for (const lookup of lookups) {
    for (const [index, [column, type]] of Object.entries(lookup.columns).entries()) {
      const name = codeName(lookup, column, type);
      if (name === undefined) continue;
      const values = codes.get(name) ?? new Set<string>();
      for (const row of lookup.rows) {
        const cell = row.cells[index];
        if (cell !== null && cell !== undefined) values.add(String(cell));
      }
      codes.set(name, values);
    }
  }
  return codes;
}
